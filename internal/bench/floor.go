package bench

import (
	"fmt"
	"math"
	"time"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/methods"
	"protobench/methods/part"
)

// stepFloor is what the parts that a method cannot do without take by themselves: the teacher's
// forward pass, the student's forward and backward pass, and the products with the prototypes.
type stepFloor struct {
	TeacherS  float64 `json:"teacher_forward_s"`
	StudentS  float64 `json:"student_forward_backward_s"`
	ProductsS float64 `json:"prototype_products_s"`
	FloorS    float64 `json:"floor_s"`       // their sum
	Ratio     float64 `json:"step_to_floor"` // the step's time as a multiple of it
}

// floorRepeats is how often a part is run; the median counts, as it does for steps.
const floorRepeats = 9

// floorOf measures the parts of a run's step.
func floorOf(cfg part.Config, step float64) (*stepFloor, error) {
	w, err := encoders.New(cfg.Encoder, cfg.Input, cfg.Seed)
	if err != nil {
		return nil, err
	}
	f := &stepFloor{}
	if f.TeacherS, err = passTime(w, cfg, false); err != nil {
		return nil, err
	}
	if f.StudentS, err = passTime(w, cfg, true); err != nil {
		return nil, err
	}
	f.ProductsS = productsTime(cfg)
	f.FloorS = f.TeacherS + f.StudentS + f.ProductsS
	f.Ratio = step / f.FloorS
	return f, nil
}

func passTime(w *encoders.Weights, cfg part.Config, backward bool) (float64, error) {
	p, err := w.NewPass(2*cfg.Train.Batch, encoders.Training, backward)
	if err != nil {
		return 0, err
	}
	x := viewsOf(cfg)
	return repeat(func() error {
		_, err := p.Run(cfg.Team, x)
		return err
	})
}

// productsTime is four products of embeddings and prototypes: the scores of both branches (or the
// teacher's responsibilities), the gradient of the embeddings, and that of the prototypes (or the
// sums that move them).
func productsTime(cfg part.Config) float64 {
	n, d, k := 2*cfg.Train.Batch, cfg.Encoder.Dim, methods.AllPrototypes(cfg)
	z, c, s := normal(n*d, "z"), normal(k*d, "c"), make([]float32, n*k)
	dz, dc := make([]float32, n*d), make([]float32, k*d)
	t, _ := repeat(func() error { // cannot fail
		for range 2 {
			kernel.Gemm(cfg.Team, false, true, n, k, d, z, d, c, d, s, k, false)
		}
		kernel.Gemm(cfg.Team, false, false, n, d, k, s, k, c, d, dz, d, false)
		kernel.Gemm(cfg.Team, true, false, k, d, n, s, k, z, d, dc, d, false)
		return nil
	})
	return t
}

// repeat returns the median time of f, in seconds, after one run that warms up.
func repeat(f func() error) (float64, error) {
	var samples []float64
	for i := range floorRepeats + 1 {
		began := time.Now()
		if err := f(); err != nil {
			return math.NaN(), err
		}
		if i > 0 {
			samples = append(samples, time.Since(began).Seconds())
		}
	}
	return median(samples), nil
}

func (f *stepFloor) text() string {
	return fmt.Sprintf("floor   teacher forward %.2f ms + student forward and backward %.2f ms + products with prototypes %.2f ms = %.2f ms; the step takes %.2f times that\n",
		1e3*f.TeacherS, 1e3*f.StudentS, 1e3*f.ProductsS, 1e3*f.FloorS, f.Ratio)
}
