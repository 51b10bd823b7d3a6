package harness

import (
	"context"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestTheCurvesLossIsTheMeanSinceTheLastMeasurement(t *testing.T) {
	p := planOf(t, strings.Replace(smallSweep, "log_every = 4", "log_every = 1", 1))
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := Run(context.Background(), p, p.Jobs[3:4], dir, options(fakeEngine(nil))); err != nil {
		t.Fatal(err)
	}
	cell := cellsOf(t, dir)[3]
	steps, _ := cell.Dir.Steps()
	epochs, _ := cell.Dir.Epochs()
	if len(steps) != 15 || len(epochs) != 5 {
		t.Fatalf("%d steps, %d measurements", len(steps), len(epochs))
	}
	for i := 1; i < len(epochs); i++ {
		var sum float64
		for _, s := range steps[epochs[i-1].Step:epochs[i].Step] {
			sum += s.Loss
		}
		want := sum / float64(epochs[i].Step-epochs[i-1].Step)
		if got := epochs[i].Metrics["loss"]; !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("step %d: loss %v, want %v", epochs[i].Step, got, want)
		}
	}
	if got, want := cell.Result.Metrics["loss"], epochs[4].Metrics["loss"]; got != want {
		t.Errorf("final loss %v, want %v", got, want)
	}
}

func TestUndefinedMetricsSayWhy(t *testing.T) {
	c := newCollector()
	c.put("a", metric.Result{Value: 3, Undefined: "no images"})
	c.put("c", metric.Result{Value: 1, Warnings: []metric.Warning{{Metric: "c", Text: "few"}}})
	if !math.IsNaN(c.metrics["a"]) || c.metrics["c"] != 1 || c.undefined["a"] != "no images" || len(c.undefined) != 1 || len(c.warnings) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestUsageUsesTheLearnersScores(t *testing.T) {
	l := methods.Learned{
		K: 2, D: 2, Initial: []float32{1, 0, 0, 1}, Current: [2][]float32{{1, 0, 0, 1}, {0, 1, 1, 0}},
		Scores: func(z []float32) []float32 { // a centre that sends everything to the second
			out := make([]float32, len(z))
			for i := 1; i < len(z); i += 2 {
				out[i] = 1
			}
			return out
		},
	}
	c, in := newCollector(), prototypesOf(nil, l, matrix.Of(3, 2, []float32{1, 0, 1, 0, 1, 0}), nil)
	if err := c.measure(t.Context(), in, onCurve()); err != nil {
		t.Fatal(err)
	}
	if in.Counts()[1] != 3 || c.metrics["used"] != 1 || c.metrics["dead"] != 0.5 || c.metrics["displacement"] != 1 {
		t.Errorf("%v %v", in.Counts(), c.metrics)
	}
}

func TestObserversAreNotChargedToTheirArm(t *testing.T) {
	var sum tally
	sum.add(methods.StepResult{Observers: time.Hour, Loss: 2}, time.Second)
	if sum.stepMS[0] != -3599e3 || sum.train != 1 || sum.loss() != 2 {
		t.Errorf("%v ms, %v s, loss %v", sum.stepMS, sum.train, sum.loss())
	}
}

func TestUsageImagesLimitTheCurves(t *testing.T) {
	for limit, want := range map[int]int{0: 40, 16: 16, 99: 40} {
		j, seen := &Job{Cell: sweep.Cell{Settings: sweep.Defaults()}}, 0
		j.Cell.Settings.MustSetAll(map[string]any{"train.batch": 8, "evaluate.usage_images": limit})
		b, err := newBatches(testSet(), &j.Cell)
		if err != nil {
			t.Fatal(err)
		}
		a := newArmTrainee(counting{newFake(j.Cell.Config()), &seen}, j, b)
		if _, err := a.measure(); err != nil || seen != want {
			t.Errorf("limit %d: %d images seen, want %d (%v)", limit, seen, want, err)
		}
	}
}

// counting counts the images whose features are asked for.
type counting struct {
	*fake
	seen *int
}

func (c counting) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	*c.seen += len(images) / 48
	return c.fake.Features(b, images)
}

func TestMedian(t *testing.T) {
	if median([]float64{3, 1, 2}) != 2 || median([]float64{4, 1, 2, 3}) != 2.5 || !math.IsNaN(median(nil)) {
		t.Error("median")
	}
}

func TestTalliesSurviveExactly(t *testing.T) {
	want := tally{lossSum: 0.1 + 0.2, lossN: 7, train: 1.0 / 3, eval: 1e-9}
	if got, err := tallyFrom(want.extra()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := tallyFrom(map[string]string{"loss_sum": "x"}); err == nil || !strings.Contains(err.Error(), "expected a number") {
		t.Error(err)
	}
}

// A checkpoint that cannot be gone on from is set aside: the one before is taken, or the cell starts
// over.
func TestForeignCheckpointsAreRefused(t *testing.T) {
	for foreign, want := range map[int][]int{1: {1}, 2: {}} {
		dir := filepath.Join(t.TempDir(), "run")
		p := planOf(t, smallSweep)
		ctx, stop := context.WithCancel(context.Background())
		o := options(fakeEngine(nil))
		o.Tell = func(e Event) {
			if e.Kind == Stepped {
				stop()
			}
		}
		if _, err := Run(ctx, p, p.Jobs[3:4], dir, o); err != nil {
			t.Fatal(err)
		}
		cell := cellsOf(t, dir)[3]
		for range foreign {
			cp, err := cell.Dir.Checkpoint()
			if err != nil || cp == nil {
				t.Fatal(cp, err)
			}
			cp.State = cp.State[:1]
			if err := cell.Dir.WriteCheckpoint(*cp); err != nil {
				t.Fatal(err)
			}
		}
		var told []string
		o.Tell = func(e Event) {
			if e.Kind == Noticed {
				told = append(told, e.Reason)
			}
		}
		s, err := Run(context.Background(), p, p.Jobs[3:4], dir, o)
		if err != nil || s.Done != 1 || len(told) != foreign || !strings.Contains(told[0], "checkpoint.safetensors: not a state of this trainer; kept as ") {
			t.Errorf("%d foreign ones: %+v %v, told %q", foreign, s, err, told)
		}
		if r, _, _ := cell.Dir.Result(); !slices.Equal(r.ResumedAt, want) {
			t.Errorf("%d foreign ones: resumed at %v, want %v", foreign, r.ResumedAt, want)
		}
	}
}

// bare is an arm without prototypes.
type bare struct{ Trainer }

func (b bare) Learned() []methods.Learned { return []methods.Learned{{D: fakeD}} }

func TestAnArmWithoutPrototypesSaysSo(t *testing.T) {
	p := planOf(t, smallSweep)
	dir := filepath.Join(t.TempDir(), "run")
	engine := fakeEngine(nil)
	arm := engine.Trainer
	engine.Trainer = func(cfg part.Config) (Trainer, error) {
		a, err := arm(cfg)
		return bare{a}, err
	}
	if _, err := Run(context.Background(), p, p.Jobs[3:4], dir, options(engine)); err != nil {
		t.Fatal(err)
	}
	c := cellsOf(t, dir)[3]
	r, _, err := c.Dir.Result()
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome.Status != store.OK || math.IsNaN(r.Metrics["linear@backbone.teacher"]) {
		t.Errorf("outcome %+v, metrics %v", r.Outcome, r.Metrics)
	}
	of := atEnd(metric.OfPrototypes, "", false)
	for _, s := range of {
		if v, ok := r.Metrics[s.Key]; !ok || !math.IsNaN(v) || r.Undefined[s.Key] != metric.NoPrototypes {
			t.Errorf("%s is %v, undefined because %q", s.Key, v, r.Undefined[s.Key])
		}
	}
	if len(of) < 30 {
		t.Errorf("%d metrics of prototypes", len(of))
	}
	if f, err := c.Dir.Prototypes(); f != nil || err != nil {
		t.Errorf("prototypes are stored: %v", err)
	}
}
