package harness

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/methods"
	"protobench/methods/part"
)

func estimate(t *testing.T, text string, e Engine) map[string]Budget {
	t.Helper()
	p := planOf(t, text)
	all, err := Estimate(t.Context(), p.Jobs, e, NewLibrary(testOpen))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Budget{}
	for _, b := range all {
		out[b.Arm] = b
	}
	return out
}

// Four arms and two supervised rows train; the rows of pixels and of the untrained encoder, which
// stands once a seed, are evaluated alone.
func TestEstimateCountsEveryJob(t *testing.T) {
	slow := fakeEngine(func(f *fake) {
		f.atStep = func(int) error { time.Sleep(2 * time.Millisecond); return nil }
	})
	got := estimate(t, smallSweep, slow)
	for arm, want := range map[string][2]int{"pixels": {1, 0}, "untrained": {2, 0}, "supervised": {2, 15}, "swav": {2, 15}, "swav+gmm": {2, 15}} {
		b := got[arm]
		if b.Cells != want[0] || b.Steps != want[1] || b.Evaluate <= 0 {
			t.Errorf("%s: %+v, want %d cells of %d steps, and a time of evaluation", arm, b, want[0], want[1])
		}
		if (b.Training() >= 2*15*2*time.Millisecond) != (b.Steps > 0) || b.Total() != b.Training()+b.Evaluation() || b.Evaluation() != time.Duration(b.Cells)*b.Evaluate {
			t.Errorf("%s: %v of training and %v of evaluation make %v", arm, b.Training(), b.Evaluation(), b.Total())
		}
	}
	if len(got) != 5 {
		t.Errorf("%+v", got)
	}
}

// meter is a clock that only work moves: milliseconds a step, and one an image whose features are
// taken.
type meter struct{ at time.Time }

func (m *meter) step() error { m.at = m.at.Add(3 * time.Millisecond); return nil }

func (m *meter) features(images []float32) {
	m.at = m.at.Add(time.Duration(len(images)/48) * time.Millisecond)
}

type meteredArm struct {
	*fake
	*meter
}

func (a meteredArm) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	a.features(images)
	return a.fake.Features(b, images)
}

func (a meteredArm) Step(views []float32) (methods.StepResult, error) {
	return a.fake.Step(views)
}

type meteredRow struct {
	fakeRow
	*meter
}

func (r meteredRow) Features(images []float32) ([]float32, error) {
	r.features(images)
	return r.fakeRow.Features(images)
}

func (r meteredRow) Step(views []float32, labels []int) (float64, error) {
	_ = r.meter.step()
	return r.fakeRow.Step(views, labels)
}

func (m *meter) engine() Engine {
	stepping := func(cfg part.Config) *fake {
		f := newFake(cfg)
		f.atStep = func(int) error { return m.step() }
		return f
	}
	return Engine{
		Trainer:    func(cfg part.Config) (Trainer, error) { return meteredArm{stepping(cfg), m}, nil },
		Supervised: func(cfg part.Config, _ int) (Supervised, error) { return meteredRow{fakeRow{newFake(cfg)}, m}, nil },
		Untrained:  func(cfg part.Config) (Supervised, error) { return meteredRow{fakeRow{newFake(cfg)}, m}, nil },
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
	set := manyOf(testSet(), 10)
	open := func(datasets.Options) (*datasets.Set, error) { return set, nil }
	p, err := NewPlan("t.toml", strings.Replace(smallSweep, "usage_images = 16", "usage_images = 160", 1)+"[encoder]\ndepth = 2\n", Catalogue(), NewLibrary(open))
	if err != nil {
		t.Fatal(err)
	}
	var m meter
	x := newEstimator(m.engine(), NewLibrary(open))
	x.now = func() time.Time { return m.at }
	all, err := x.all(t.Context(), p.Jobs)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Duration{}
	for _, b := range all {
		got[b.Arm] = b.Total() / time.Duration(b.Cells)
	}
	want, began := map[string]time.Duration{}, m.at
	o := options(m.engine())
	o.Data = NewLibrary(open)
	o.Tell = func(e Event) {
		switch e.Kind {
		case Started:
			began = m.at
		case Ended:
			want[e.Method] = m.at.Sub(began)
		}
	}
	if s, err := Run(t.Context(), p, p.Jobs, t.TempDir(), o); err != nil || s.Done != 9 {
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

// Arms that differ in their losses alone are evaluated alike, those with observers, other encoders or
// numbers of prototypes are not.
func TestWhatIsEvaluatedAlikeIsTimedOnce(t *testing.T) {
	text := strings.Replace(smallSweep, "[[method]]", "[matrix]\n'loss.temperature' = [0.1, 0.2]\n'prototypes.count' = [4, 5]\n'augment.crop_min' = [0.3, 0.4]\n[[method]]", 1)
	p := planOf(t, text)
	x := newEstimator(fakeEngine(nil), NewLibrary(testOpen))
	all, err := x.all(t.Context(), p.Jobs)
	if err != nil {
		t.Fatal(err)
	}
	// pixels; the untrained and the supervised network, whose augmentations are two each; two
	// methods at two numbers of prototypes
	if len(all) != 1+2*2+2*8 || len(x.evaluated) != 1+1+2*2 {
		t.Errorf("%d arms, %d evaluations: %v", len(all), len(x.evaluated), slices.Sorted(maps.Keys(x.evaluated)))
	}
	for _, b := range all {
		if b.Evaluate <= 0 || b.Arm != "pixels" && b.Memory.State == 0 {
			t.Errorf("%+v", b)
		}
	}
}

// The time that does not grow with the number of images is not multiplied.
func TestTimesLieOnALine(t *testing.T) {
	for _, c := range []struct {
		small, large int
		took         [2]time.Duration
		n            int
		want         time.Duration
	}{
		{100, 300, [2]time.Duration{7, 7}, 9000, 7},
		{100, 300, [2]time.Duration{10, 30}, 9000, 900},
		{100, 300, [2]time.Duration{105, 115}, 1100, 155},
		{100, 300, [2]time.Duration{10, 30}, 200, 20},
		{100, 300, [2]time.Duration{50, 30}, 9000, 30}, // a busy machine
		{100, 300, [2]time.Duration{0, 30}, 9000, 900},
		{300, 300, [2]time.Duration{9, 30}, 600, 60},
	} {
		if got := along(c.small, c.large, c.took, c.n); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestSamplesAreSpreadOverTheSet(t *testing.T) {
	set := testSet()
	got := sampleOf(set, 10)
	if diff := cmp.Diff([]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, got.Train.Labels); diff != "" {
		t.Error(diff) // every fourth image, all of one class here
	}
	if got.Test.Len() != 5 || got.Probe.Len() != 10 || got.Tailed() || !slices.Equal(got.Train.Image(3), set.Train.Image(12)) || got.Train.Fine[3] != set.Train.Fine[12] {
		t.Errorf("%d test images, %d of the probe", got.Test.Len(), got.Probe.Len())
	}
	tailed := tailedSet()
	if got := sampleOf(tailed, 10); got.Probe.Len() != 18 || got.Train.Len() != 10 || !got.Tailed() {
		t.Errorf("tailed: %d images, %d of the probe", got.Train.Len(), got.Probe.Len())
	}
}

// Weights are those that a finished cell stores.
func TestEstimateCountsMemory(t *testing.T) {
	got := estimate(t, keptSweep, Real())
	_, cells := ran(t, keptSweep)
	for _, c := range cells {
		m := got[c.Result.Cell.Method].Memory
		f, err := c.Dir.Weights()
		if err != nil {
			t.Fatal(err)
		}
		var want int64
		if f != nil {
			want = sizeOf(f.Tensors)
		}
		if m.Weights != want || m.Data != 60*48 {
			t.Errorf("%s: %+v, want %d bytes of weights", c.Result.Cell.Method, m, want)
		}
		prototypes := int64(0)
		if c.Result.Cell.Learner != "" {
			prototypes = 3 * 4 * 128 * 4
		}
		if m.Prototypes != prototypes || m.State < m.Weights+prototypes/3 {
			t.Errorf("%s: %+v, want %d bytes of prototypes, and a state of more than all", c.Result.Cell.Method, m, prototypes)
		}
	}
	if got["dino"].Memory.State < 2*got["dino"].Memory.Weights || got["pixels"].Memory.State != 0 {
		t.Errorf("%+v", got)
	}
}

func TestEstimateEndsWithItsContext(t *testing.T) {
	p := planOf(t, smallSweep)
	ctx, stop := context.WithCancel(t.Context())
	steps := 0
	e := fakeEngine(func(f *fake) {
		f.atStep = func(int) error {
			if steps++; steps == 2 {
				stop()
			}
			return nil
		}
	})
	if _, err := Estimate(ctx, p.Jobs, e, NewLibrary(testOpen)); !errors.Is(err, context.Canceled) || steps != 2 {
		t.Errorf("%v after %d steps", err, steps)
	}
}

// A data set that takes long is not waited for.
func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	held := make(chan struct{})
	defer close(held)
	data := NewLibrary(Until(ctx, func(datasets.Options) (*datasets.Set, error) {
		stop()
		<-held
		return testSet(), nil
	}))
	if _, err := NewPlan("t.toml", smallSweep, Catalogue(), data); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Error(err)
	}
	if _, err := data.Open(datasets.Options{Name: "other"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOpeningIsUnchangedWithoutASignal(t *testing.T) {
	open := Until(t.Context(), testOpen)
	if set, err := open(datasets.Options{}); err != nil || set.Name != "noise" {
		t.Error(set, err)
	}
	if _, err := open(datasets.Options{Name: "absent"}); err == nil || err.Error() != "no such data" {
		t.Error(err)
	}
}

// Arms that differ in rates and temperatures alone take the same time: one of them is measured. A
// weight that is zero takes a term away.
func TestArmsOfOneShapeAreMeasuredOnce(t *testing.T) {
	text := strings.Replace(smallSweep, "seeds = 2", "seeds = 1\nreferences = false", 1) // each is built for what it needs, and to be timed
	for matrix, want := range map[string]int{
		"\"loss.temperature\" = [0.1, 0.2, 0.3]\n\"train.lr\" = [0.1, 0.2]":                  4, // both methods
		"\"prototypes.count\" = [4, 5, 6]":                                                   12,
		"\"prototypes.lr_mult\" = {values = [0.0, 1.0, 2.0], where = {learner = \"joint\"}}": 6,
	} {
		built := 0
		p := planOf(t, text+"[matrix]\n"+matrix)
		all, err := Estimate(t.Context(), p.Jobs, fakeEngine(func(*fake) { built++ }), NewLibrary(testOpen))
		if err != nil || built != want || len(all) != len(p.Jobs) {
			t.Errorf("%s: %d arms measured, want %d; %d of %d budgets, %v", matrix, built, want, len(all), len(p.Jobs), err)
		}
		for i := range all {
			if id := p.Jobs[i].Identity(); all[i].Arm != id.Arm() || all[i].Steps == 0 {
				t.Errorf("%+v, want %s", all[i], id.Arm())
			}
		}
	}
}
