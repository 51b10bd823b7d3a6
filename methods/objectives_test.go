package methods

import (
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
)

// TestChecksOfBlocks: blocks that compare nothing, or that there are too few of, are refused.
func TestChecksOfBlocks(t *testing.T) {
	for _, c := range []struct {
		objective, block, of string
		size, most           int
		refused              bool
	}{
		{"carp", "carp.block", "prototypes.count", 9, 8, true}, {"carp", "carp.block", "prototypes.count", 8, 8, false}, {"carp", "carp.block", "prototypes.count", 0, 8, false},
		{"carp", "carp.block", "prototypes.count", 1, 8, true}, {"carp", "carp.block", "prototypes.count", 2, 8, false},
		{"massl", "massl.block", "massl.memory", 9, 8, true}, {"massl", "massl.block", "massl.memory", 8, 8, false},
	} {
		d, _ := findObjective(c.objective)
		errs := d.Check(fixture.Config(map[string]any{c.block: c.size, c.of: c.most}, Tables()...))
		if (len(errs) > 0) != c.refused || c.refused && errs[0].Key != c.block {
			t.Errorf("%+v: %v", c, errs)
		}
	}
}

// TestOwners are the objectives that bring their own learner.
func TestOwners(t *testing.T) {
	for _, d := range objectives() {
		if want := slices.Contains([]string{"smog", "pcl", "sela", "massl", "lejepa", "sop"}, d.Name); d.Owns() != want {
			t.Errorf("%s owns its prototypes: %v", d.Name, d.Owns())
		}
	}
}

// Scores are measured without what they lose before they are compared, where they lose anything.
func TestWhoseScoresLose(t *testing.T) {
	const k = 4
	v := objective.Views{Images: 3, Global: 2, Crops: 2}
	for name, want := range map[string]bool{"swav": false, "msn": false, "carp": false, "deepcluster": false, "dino": true, "ibot": true, "sela": true} {
		cfg := fixture.Config(map[string]any{"prototypes.count": k, "carp.block": 2}, Tables()...)
		cfg.Encoder.Patch, cfg.Encoder.Name = 4, "vit"
		d, _ := findObjective(name)
		if off := d.New(cfg, v, 5).Offset(fixture.RandomUnit(1, k, 5), 0); (off != nil) != want {
			t.Errorf("%s takes %v off", name, off)
		}
	}
}
