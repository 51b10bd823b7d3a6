package cell

import (
	"context"
	"testing"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/methods"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Features are one-hot for the class of probe images and empty elsewhere, so that only a probe that
// learned from the balanced images can tell the rare classes.
func TestProbesLearnFromProbe(t *testing.T) {
	set := fixture.Tailed()
	oneHot := func(im *datasets.Images) matrix.Matrix {
		x := matrix.New(im.Len(), 3)
		for i, c := range im.Labels {
			x.Row(i)[c] = 1
		}
		return x
	}
	in := &metric.Input{FrozenFeatures: metric.FrozenFeatures{
		Train: matrix.New(set.Train.Len(), 3), Probe: splitOf(oneHot(&set.Probe), &set.Probe), Test: splitOf(oneHot(&set.Test), &set.Test),
		Coarse: 3, TailCounts: set.Train.Counts(3),
	}}
	c := newCollector()
	if err := c.measure(t.Context(), in, ofReference(metric.Teacher)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"linear", "linear_head", "linear_medium", "linear_tail", "knn20_t0.07", "knn20_t0.07_tail"} {
		if got := c.metrics[key+"@backbone.teacher"]; got != 1 {
			t.Errorf("%s is %v", key, got)
		}
	}
}

func TestMeasuringEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	in := &metric.Input{Training: metric.Training{Loss: 1, Steps: 1}}
	if err := newCollector().measure(ctx, in, atEnd(metric.OfTraining, "", false)); err == nil {
		t.Error("metrics are measured after an interrupt")
	}
}

func TestValidationRunsWarn(t *testing.T) {
	o := newOutcome()
	for share, want := range map[float64]int{0.1: 1, 0: 0} {
		j := &Job{Cell: sweep.Cell{Settings: sweep.Defaults()}}
		j.Cell.Settings.MustSet("data.validation", share)
		if r := success(j, Progress{}, o); len(r.Provenance.Warnings) != want {
			t.Errorf("%g: %q", share, r.Provenance.Warnings)
		}
	}
}

// An observer whose prototypes have no direction says so in the arm's result.
func TestObserversSayWhatIsUndefined(t *testing.T) {
	still := func(name string, v float32) methods.Learned {
		p := []float32{v, 0, 0, v}
		return methods.Learned{Name: name, K: 2, D: 2, Initial: p, Current: [2][]float32{p, p}, Scores: func(z []float32) []float32 { return z }}
	}
	in := &metric.Input{FrozenFeatures: metric.FrozenFeatures{TrainY: []int{0, 1}, Embeddings: matrix.Of(2, 2, []float32{1, 0, 0, 1})}}
	o := newOutcome()
	if err := o.learners(t.Context(), []methods.Learned{still("", 1), still("joint", 0)}, in, 0, false); err != nil {
		t.Fatal(err)
	}
	if o.undefined["observer.joint.displacement"] != "no prototype has a direction" || o.undefined["displacement"] != "" {
		t.Errorf("%v", o.undefined)
	}
	if _, ok := o.metrics["observer.joint.displacement"]; ok {
		t.Error("an observer's metric stands among the arm's")
	}
}
