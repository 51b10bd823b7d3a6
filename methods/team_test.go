package methods

import (
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestTeamsTrainAlike trains arms whose losses or clusterings have loops of their own on one thread
// and on three.
func TestTeamsTrainAlike(t *testing.T) {
	for _, preset := range []string{"carp", "carl", "smog", "pcl", "sela", "massl", "lejepa", "sop", "capi", "deepcluster-v2"} {
		var want []part.Named
		for _, threads := range []int{1, 3} {
			cfg := testConfig(t, preset)
			cfg.Train.Batch, cfg.Images = 20, 80
			cfg.Team = team.New(threads)
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), 5) // into the second epoch
			got := tr.State()
			cfg.Team.Close()
			if want == nil {
				want = got
			} else if d := fixture.Diff(want, got); d != "" {
				t.Errorf("%s on %d threads: %.400s", preset, threads, d)
			}
		}
	}
}
