package methods

import (
	"slices"
	"testing"

	"protobench/methods/part"
)

// TestNoPrototypes checks that arms without prototypes say so, and that they learn all the same.
func TestNoPrototypes(t *testing.T) {
	for _, preset := range []string{"massl", "lejepa", "sop"} {
		cfg := testConfig(t, preset)
		tr := start(t, cfg)
		before := slices.Clone(tr.weights[part.Student].Params[0].Value)
		steps(t, tr, batches(cfg), 3)
		if l := tr.Learned()[0]; l.K != 0 || l.D != cfg.Encoder.Dim || l.Scores != nil || l.Current[part.Teacher] != nil {
			t.Errorf("%s: what it has passes for %d prototypes", preset, l.K)
		}
		if slices.Equal(before, tr.weights[part.Student].Params[0].Value) {
			t.Errorf("%s: the encoder has not moved", preset)
		}
	}
}
