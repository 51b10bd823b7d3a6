package budget_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/methods"
	"protobench/methods/part"
)

// meter is a clock that only work moves: milliseconds a step, and one an image whose features are
// taken.
type meter struct{ at time.Time }

func (m *meter) step() error { m.at = m.at.Add(3 * time.Millisecond); return nil }

func (m *meter) features(images []float32) {
	m.at = m.at.Add(time.Duration(len(images)/48) * time.Millisecond)
}

type meteredArm struct {
	*fixture.Fake
	*meter
}

func (a meteredArm) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	a.features(images)
	return a.Fake.Features(b, images)
}

func (a meteredArm) Step(views []float32) (methods.StepResult, error) {
	return a.Fake.Step(views)
}

type meteredRow struct {
	fixture.Row
	*meter
}

func (r meteredRow) Features(images []float32) ([]float32, error) {
	r.features(images)
	return r.Row.Features(images)
}

func (r meteredRow) Step(views []float32, labels []int) (float64, error) {
	_ = r.meter.step()
	return r.Row.Step(views, labels)
}

func (m *meter) engine() cell.Engine {
	stepping := func(cfg part.Config) *fixture.Fake {
		f := fixture.NewFake(cfg)
		f.AtStep = func(int) error { return m.step() }
		return f
	}
	return cell.Engine{
		Trainer: func(cfg part.Config) (cell.Trainer, error) { return meteredArm{stepping(cfg), m}, nil },
		Supervised: func(cfg part.Config, _ int) (cell.Supervised, error) {
			return meteredRow{fixture.Row{Fake: fixture.NewFake(cfg)}, m}, nil
		},
		Untrained: func(cfg part.Config) (cell.Supervised, error) {
			return meteredRow{fixture.Row{Fake: fixture.NewFake(cfg)}, m}, nil
		},
	}
}

// manyOf repeats the training images of a set.
func manyOf(set *datasets.Set, times int) *datasets.Set {
	train := &set.Train
	train.Pixels, train.Labels, train.Fine = slices.Repeat(train.Pixels, times), slices.Repeat(train.Labels, times), slices.Repeat(train.Fine, times)
	set.Probe = *train
	return set
}

// What is estimated is what a run takes: steps, curves of some of the images, last measurements of
// all of them and of both branches, statistics of the untrained encoder.
func TestEstimateIsWhatARunTakes(t *testing.T) {
	set := manyOf(fixture.Noise(), 10)
	open := func(datasets.Options) (*datasets.Set, error) { return set, nil }
	p, err := harness.NewPlan("t.toml", strings.Replace(fixture.Small, "usage_images = 16", "usage_images = 160", 1)+"[encoder]\ndepth = 2\n", harness.Catalogue(), datasets.NewLibrary(open))
	if err != nil {
		t.Fatal(err)
	}
	var m meter
	all, err := budget.EstimateBy(t.Context(), func() time.Time { return m.at }, p.Jobs, m.engine(), datasets.NewLibrary(open))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Duration{}
	for _, b := range all {
		got[b.Name] = b.Total() / time.Duration(b.Cells)
	}
	want, began := map[string]time.Duration{}, m.at
	o := harness.Options{Jobs: 1, MaxMemory: -1, CheckpointEvery: time.Hour, Engine: m.engine(), Data: datasets.NewLibrary(open)}
	o.Tell = func(e cell.Event) {
		switch e.Kind {
		case cell.Started:
			began = m.at
		case cell.Ended:
			want[e.Method] = m.at.Sub(began)
		}
	}
	if s, err := harness.Run(t.Context(), p, p.Jobs, t.TempDir(), o); err != nil || s.Done != 9 {
		t.Fatal(s, err)
	}
	if len(want) != 5 || want["swav"] < 3*50*3*time.Millisecond {
		t.Fatalf("%v", want)
	}
	for arm, took := range want {
		if ratio := got[arm].Seconds() / took.Seconds(); arm != "pixels" && !(ratio > 0.95 && ratio < 1.05) {
			t.Errorf("%s: %v are estimated, and %v are taken", arm, got[arm], took)
		}
	}
}
