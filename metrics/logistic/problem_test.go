package logistic

import (
	"slices"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

// The same parameters predict the same in the solver's coordinates and as a model, with classes
// that no row has and by a team alike.
func TestAccuracyIsTheModels(t *testing.T) {
	x, y := fixture.Blobs(3, 300, 3, 6, 1.5)
	for i := range y {
		y[i] = 1 + 2*y[i] // classes 1, 3 and 5 of 0..6
	}
	p := Prepare(nil, x, y, 7)
	w := p.Start()
	fixture.Near(t, "accuracy before the fit", p.Accuracy(p.X, p.Y, w), 1.0/3, 0)
	end := p.Fit(p.X, p.Y, w, 1e-2, Limits{Tolerance: fitTolerance, Iterations: FitIterations})
	m := p.Model(w, end)
	predicted, right := m.Predict(nil, x), 0
	for i, c := range predicted {
		if c == y[i] {
			right++
		}
	}
	if right < 150 || right == 300 {
		t.Fatalf("%d of 300 right: the test says nothing", right)
	}
	fixture.Near(t, "accuracy", p.Accuracy(p.X, p.Y, w), float64(right)/300, 0)
	two := fixture.Threads(t)
	fixture.Equal(t, "predictions by a team", m.Predict(two, x), predicted)
	fixture.Equal(t, "probabilities by a team", m.Probabilities(two, x), m.Probabilities(nil, x))
	fixture.Equal(t, "present", m.Present, []int{1, 3, 5})
	fixture.Equal(t, "model by Fit", Fit(two, x, y, 7, 1e-2), m)
}

func TestModelsInterceptsHaveMeanZero(t *testing.T) {
	x, y := fixture.Blobs(3, 30, 3, 2, 1)
	p := Prepare(nil, x, y, 3)
	w := slices.Concat(p.Start()[:6], []float64{1, 2, 6})
	fixture.Equal(t, "intercepts", p.Model(w, Outcome{}).Intercept, []float64{-2, -1, 3})
}

func TestModelOfEqualAndOfLargeLogits(t *testing.T) {
	x := matrix.New(1, 1)
	m := Model{Mean: []float64{0}, Scale: []float64{1}, Coef: make([]float64, 3), Intercept: make([]float64, 3), Classes: 3, Present: []int{0, 1, 2}}
	fixture.Equal(t, "the lower one of equals", m.Predict(nil, x), []int{0})
	m.Intercept = []float64{900, 0, 900}
	fixture.Equal(t, "probabilities", m.Probabilities(nil, x).Data, []float32{0.5, 0, 0.5})
}
