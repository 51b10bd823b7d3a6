package methods

import (
	"testing"

	"protobench/methods/part"
)

// TestNoPrototypes checks that an arm without prototypes says so.
func TestNoPrototypes(t *testing.T) {
	cfg := testConfig(t, "massl")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	if l := tr.Learned()[0]; l.K != 0 || l.D != cfg.Encoder.Dim || l.Scores != nil || l.Current[part.Teacher] != nil {
		t.Errorf("a memory passes for %d prototypes", l.K)
	}
}
