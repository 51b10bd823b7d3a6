package harness

import (
	"errors"
	"math"

	"protobench/internal/kernel"
	"protobench/methods"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// fake is a stand-in for a trainer: four prototypes in three dimensions that
// turn with the views they are shown, so that order, augmentation and resuming
// all show in the numbers.
type fake struct {
	cfg        part.Config
	start, now []float32 // [4,3]
	steps      float64
	path       float64

	temperature float64
	init        string
	atStep      func(step int) error // called before each step
	poison      int                  // step at which the loss becomes NaN; 0 never
	spoil       int                  // step at which a number of the state becomes infinite; 0 never
	probing     bool
}

const fakeK, fakeD = 4, 3

func newFake(cfg part.Config) *fake {
	f := &fake{cfg: cfg, now: make([]float32, fakeK*fakeD), temperature: cfg.Settings.Float("loss.temperature"), init: cfg.Settings.Text("prototypes.init")}
	for i := range f.now {
		f.now[i] = float32(math.Sin(float64(i) + float64(cfg.Seed)))
	}
	f.start = append([]float32{}, f.now...)
	return f
}

func (f *fake) Prepare(next func() []float32) error {
	if f.init == "data" {
		f.now[0] += sum(next()) / 1000
		f.start = append([]float32{}, f.now...)
	}
	return nil
}

func (f *fake) Step(views []float32) (methods.StepResult, error) {
	if f.atStep != nil {
		if err := f.atStep(int(f.steps) + 1); err != nil {
			return methods.StepResult{}, err
		}
	}
	f.steps++
	turn := sum(views) / float32(len(views))
	for i := range f.now {
		f.now[i] += turn * float32(i%3-1) * float32(f.temperature)
	}
	f.path += math.Abs(float64(turn))
	s := methods.StepResult{Loss: float64(turn) + 2, Values: map[string]float64{"lr": 0.1}}
	if int(f.steps) == 2 {
		s.Events = []methods.StepEvent{{Step: 2, Learner: "gmm", Event: learner.Event{Kind: "reseed", Prototype: 3}}}
	}
	if f.probing {
		p := methods.Probe{MovedBy: f.steps, Gradient: &methods.GradientSplit{Norm: 2, Radial: 0.5, Common: 0.25, Rest: 0.25}}
		s.Probes, f.probing = map[string]methods.Probe{"": p}, false
	}
	if int(f.steps) == f.poison {
		s.Loss = math.NaN()
	}
	if int(f.steps) == f.spoil {
		f.now[0] = float32(math.Inf(1))
	}
	return s, nil
}

func (f *fake) Probe() { f.probing = true }

func (f *fake) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	const size = 4 * 4 * 3
	for n := 0; n < len(images); n += size {
		for c := range 6 {
			backbone = append(backbone, images[n+c*7]+float32(b)*0.1+f.now[c]*0.01)
		}
		embedding = append(embedding, images[n], images[n+5], images[n+9])
	}
	return backbone, embedding, nil
}

func (f *fake) Learned() []methods.Learned {
	own := methods.Learned{K: fakeK, D: fakeD, Initial: f.start, Current: [2][]float32{f.now, f.now}, Path: f.path, Scores: f.scores}
	seen := own
	seen.Name = "joint"
	if len(f.cfg.Composition.Observers) == 0 {
		return []methods.Learned{own}
	}
	return []methods.Learned{own, seen}
}

func (f *fake) scores(z []float32) []float32 {
	var out []float32
	for n := 0; n < len(z); n += fakeD {
		for k := range fakeK {
			out = append(out, z[n]*f.now[3*k]+z[n+1]*f.now[3*k+1]+z[n+2]*f.now[3*k+2])
		}
	}
	return out
}

func (f *fake) Sound() error {
	if !kernel.Finite(f.now) {
		return &methods.NonFinite{Tensor: "now", Operation: "the fake"}
	}
	return nil
}

func (f *fake) State() []part.Named {
	return []part.Named{
		{Name: "now", Shape: []int{fakeK, fakeD}, F32: append([]float32{}, f.now...)},
		{Name: "start", Shape: []int{fakeK, fakeD}, F32: append([]float32{}, f.start...)},
		{Name: "counters", Shape: []int{2}, F64: []float64{f.steps, f.path}},
	}
}

func (f *fake) Load(state []part.Named) error {
	if len(state) != 3 || state[0].Name != "now" {
		return errors.New("not a state of this trainer")
	}
	f.now, f.start = state[0].F32, state[1].F32
	f.steps, f.path = state[2].F64[0], state[2].F64[1]
	return nil
}

func sum(v []float32) (s float32) {
	for _, x := range v {
		s += x
	}
	return s
}

// fakeRow stands in for the network behind the rows untrained and supervised.
type fakeRow struct{ *fake }

func (r fakeRow) Step(views []float32, labels []int) (float64, error) {
	if labels == nil { // of the row untrained
		return 0, nil
	}
	if 2*r.cfg.Train.Batch != len(labels) {
		return 0, errors.New("labels do not match the views")
	}
	s, err := r.fake.Step(views)
	return s.Loss, err
}

func (r fakeRow) Features(images []float32) ([]float32, error) {
	x, _, err := r.fake.Features(part.Student, images)
	return x, err
}

// fakeEngine makes stand-ins; change may alter each.
func fakeEngine(change func(*fake)) Engine {
	build := func(cfg part.Config) *fake {
		f := newFake(cfg)
		if change != nil {
			change(f)
		}
		return f
	}
	return Engine{
		Trainer:    func(cfg part.Config) (Trainer, error) { return build(cfg), nil },
		Supervised: func(cfg part.Config, _ int) (Supervised, error) { return fakeRow{build(cfg)}, nil },
		Untrained:  func(cfg part.Config) (Supervised, error) { return fakeRow{build(cfg)}, nil },
	}
}
