package methods

import (
	"slices"
	"testing"
)

// TestDeepClusterGradient has the objective with every kind of learner that a gradient can reach.
func TestDeepClusterGradient(t *testing.T) {
	for _, by := range []string{"prototypes", "encoder"} {
		cfg := testConfig(t, "deepcluster-v2")
		cfg.Composition.Learner = "joint"
		cfg.Settings.MustSet("prototypes.init", "data")
		checkGradient(t, start(t, cfg), batches(cfg)(), by)
	}
}

// TestDeepClusterLabels checks that labels are the target branch's nearest prototypes and that the
// two branches give different ones.
func TestDeepClusterLabels(t *testing.T) {
	labels := map[string][]float32{}
	for _, branch := range []string{"student", "teacher"} {
		cfg := testConfig(t, "deepcluster-v2")
		cfg.Train.LR = 0.1
		cfg.Settings.MustSet("deepcluster.targets", branch)
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 4)
		q, s := tr.host.head.Codes, tr.host.head.Input.Scores
		for lo := 0; lo < len(q); lo += 12 {
			row := s[lo:][:12]
			if q[lo+slices.Index(row, slices.Max(row))] != 1 {
				t.Errorf("%s: row %d is not labelled by its largest score", branch, lo/12)
			}
		}
		labels[branch] = slices.Clone(q)
	}
	if slices.Equal(labels["student"], labels["teacher"]) {
		t.Error("student and teacher give the same labels")
	}
}
