package harness

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics"
	"protobench/metrics/metric"
)

func TestTheCurvesLossIsTheMeanSinceTheLastMeasurement(t *testing.T) {
	p := planOf(t, strings.Replace(fixture.Small, "log_every = 4", "log_every = 1", 1))
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := Run(context.Background(), p, p.Jobs[3:4], dir, options(standin.Engine(nil))); err != nil {
		t.Fatal(err)
	}
	one := cellsOf(t, dir)[3]
	steps, _ := one.Dir.Steps()
	epochs, _ := one.Dir.Epochs()
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
	if got, want := one.Result.Metrics["loss"], epochs[4].Metrics["loss"]; got != want {
		t.Errorf("final loss %v, want %v", got, want)
	}
}

// A checkpoint that cannot be gone on from is set aside: the one before is taken, or the cell starts
// over.
func TestForeignCheckpointsAreRefused(t *testing.T) {
	for foreign, want := range map[int][]int{1: {1}, 2: {}} {
		dir := filepath.Join(t.TempDir(), "run")
		p := planOf(t, fixture.Small)
		ctx, stop := context.WithCancel(context.Background())
		o := options(standin.Engine(nil))
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Stepped {
				stop()
			}
		}
		if _, err := Run(ctx, p, p.Jobs[3:4], dir, o); err != nil {
			t.Fatal(err)
		}
		one := cellsOf(t, dir)[3]
		for range foreign {
			cp, err := one.Dir.Checkpoint()
			if err != nil || cp == nil {
				t.Fatal(cp, err)
			}
			cp.State = cp.State[:1]
			if err := one.Dir.WriteCheckpoint(*cp); err != nil {
				t.Fatal(err)
			}
		}
		var told []string
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Noticed {
				told = append(told, e.Reason)
			}
		}
		s, err := Run(context.Background(), p, p.Jobs[3:4], dir, o)
		if err != nil || s.Done != 1 || len(told) != foreign || !strings.Contains(told[0], "checkpoint.safetensors: not a state of this trainer; kept as ") {
			t.Errorf("%d foreign ones: %+v %v, told %q", foreign, s, err, told)
		}
		if r, _, _ := one.Dir.Result(); !slices.Equal(r.ResumedAt, want) {
			t.Errorf("%d foreign ones: resumed at %v, want %v", foreign, r.ResumedAt, want)
		}
	}
}

// bare is an arm without prototypes.
type bare struct{ cell.Trainer }

func (b bare) Learned() []methods.Learned { return []methods.Learned{{D: fixture.D}} }

func TestAnArmWithoutPrototypesSaysSo(t *testing.T) {
	p := planOf(t, fixture.Small)
	dir := filepath.Join(t.TempDir(), "run")
	engine := standin.Engine(nil)
	arm := engine.Trainer
	engine.Trainer = func(cfg part.Config) (cell.Trainer, error) {
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
	of := metrics.Select(func(s metric.Spec) bool { return s.Of == metric.OfPrototypes && s.When != metric.Extra })
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
