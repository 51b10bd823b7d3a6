package cell

import (
	"math"
	"testing"

	"protobench/encoders"
	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestProbesDrawWithTheCellsSeed(t *testing.T) {
	for _, seed := range []uint64{0, 7} {
		cell := sweep.Cell{Settings: sweep.Defaults(), Seed: seed}
		cell.Settings.MustSet("train.batch", 8)
		b, err := newBatches(fixture.Noise(), &cell)
		if err != nil {
			t.Fatal(err)
		}
		r := &Run{job: &Job{Cell: cell}, set: fixture.Noise(), batches: b}
		if in, err := r.features(t.Context(), asTheyAre, false); err != nil || in.Seed != seed {
			t.Errorf("%+v, %v: the probes' seed is not %d", in.Seed, err, seed)
		}
	}
}

func TestTwoLivePrototypesAreNoCollapse(t *testing.T) {
	for live, want := range map[int]string{1: "one live prototype", 2: "", 3: ""} {
		l := methods.Learned{K: 3, D: 3, Initial: unit3(), Current: [2][]float32{unit3(), unit3()}, Scores: func(z []float32) []float32 { return z }}
		in := &metric.Input{}
		in.Embeddings = matrix.New(12, 3)
		for i := range 12 {
			in.Embeddings.Row(i)[i%live] = 1
			in.TrainY = append(in.TrainY, i%2)
		}
		o := newOutcome()
		if err := o.learners(t.Context(), []methods.Learned{l}, in, 0, false); err != nil || o.collapsed != want {
			t.Errorf("%d live prototypes: %q, %v", live, o.collapsed, err)
		}
	}
}

func unit3() []float32 { return []float32{1, 0, 0, 0, 1, 0, 0, 0, 1} }

// shown is a network that notes the views of its steps.
type shown struct {
	Supervised
	views map[float64]bool // by a sum over them
}

func (s shown) Step(views []float32, labels []int) (float64, error) {
	var sum float64
	for i, v := range views {
		sum += float64(v) * math.Sin(float64(i))
	}
	s.views[sum] = true
	return s.Supervised.Step(views, labels)
}

// The untrained encoder's running statistics are those of 50 different batches.
func TestUntrainedEncodersSeeFiftyBatches(t *testing.T) {
	j := &jobsOf(t, fixture.Kept)[1]
	b, err := newBatches(fixture.Noise(), &j.Cell)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	r := &Run{job: j, batches: b, with: Setup{Engine: Real()}}
	r.with.Engine.Untrained = func(cfg part.Config) (Supervised, error) {
		s, err := Real().Untrained(cfg)
		return shown{s, seen}, err
	}
	if _, err := r.beforeTraining(); err != nil || len(seen) != encoders.StatisticBatches || encoders.StatisticBatches != 50 {
		t.Errorf("%d different batches, %v", len(seen), err)
	}
}
