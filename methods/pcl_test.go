package methods

import (
	"testing"
)

// TestPCLLearns shows one batch again and again: once there are clusters, both terms have to fall.
func TestPCLLearns(t *testing.T) {
	cfg := testConfig(t, "pcl")
	cfg.Train.Epochs, cfg.Train.LR = 15, 0.01
	cfg.Settings.MustSet("prototypes.count", 3)
	cfg.Settings.MustSet("pcl.sets", 1)
	tr, x := start(t, cfg), viewsAt(cfg, 3)
	s := steps(t, tr, func() []float32 { return x }, 60)
	for _, term := range []string{"pcl.info_nce", "pcl.proto_nce"} {
		if first, last := s[cfg.StepsPerEpoch].Values[term], s[59].Values[term]; !(last < 0.9*first) || first <= 0 {
			t.Errorf("%s went from %g to %g on one batch", term, first, last)
		}
	}
}
