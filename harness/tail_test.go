package harness

import (
	"context"
	"path/filepath"
	"testing"

	"protobench/datasets"
	"protobench/harness/sweep"
	"protobench/methods"
	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// tailedSet has three classes of 12 probe images each, of which training sees 12, 6 and 2.
func tailedSet() *datasets.Set {
	images := func(counts [3]int) datasets.Images {
		im := datasets.Images{Height: 4, Width: 4, Channels: 3}
		for c, n := range counts {
			for i := range n {
				im.Labels = append(im.Labels, c)
				for j := range 48 {
					im.Pixels = append(im.Pixels, uint8(80*c+i*3+j%7))
				}
			}
		}
		return im
	}
	return &datasets.Set{
		Name: "tailed", Train: images([3]int{12, 6, 2}), Probe: images([3]int{12, 12, 12}), Test: images([3]int{5, 5, 5}), Classes: 3,
		Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.3, 0.3, 0.3}, Fingerprint: "tailed",
	}
}

func TestLongTailedRunsAreProbedOnTheBalancedImages(t *testing.T) {
	set := tailedSet()
	o := options(fakeEngine(nil))
	o.Data = NewLibrary(func(datasets.Options) (*datasets.Set, error) { return set, nil })
	p, err := NewPlan("t.toml", "encoder = { depth = 2 }\n"+smallSweep, Catalogue(), o.Data)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if s, err := Run(context.Background(), p, p.Jobs, dir, o); err != nil || s.Done != 9 {
		t.Fatal(s, err)
	}
	for _, c := range cellsOf(t, dir) {
		m := c.Result.Metrics
		for _, part := range metrics.Select(ofTails) {
			if v, ok := m[part.Key]; !ok || !(v >= 0 && v <= 1) {
				t.Errorf("%s: %s is %v", c.Result.Cell.Method, part.Key, v)
			}
		}
		if mean := (m["linear_head@backbone.teacher"] + m["linear_medium@backbone.teacher"] + m["linear_tail@backbone.teacher"]) / 3; !near(mean, m["linear@backbone.teacher"]) {
			t.Errorf("%s: the parts' mean is %v, the whole %v", c.Result.Cell.Method, mean, m["linear@backbone.teacher"])
		}
		if c.Result.Cell.Learner == "" {
			continue
		}
		file, err := c.Dir.Prototypes()
		if err != nil {
			t.Fatal(err)
		}
		if n := assigned(file.Tensors[3].I64); n != 20 {
			t.Errorf("%s: usage counts %d images, want the 20 of the tailed split", c.Result.Cell.Method, n)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }

func assigned(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// Features are one-hot for the class of probe images and empty elsewhere, so that only a probe that
// learned from the balanced images can tell the rare classes.
func TestProbesLearnFromProbe(t *testing.T) {
	set := tailedSet()
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
		if r := success(j, progress{}, o); len(r.Provenance.Warnings) != want {
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
