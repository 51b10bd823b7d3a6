package methods

import (
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestSMoGReset checks that a reset puts the groups on the sphere and the teacher at the student,
// and that only it does.
func TestSMoGReset(t *testing.T) {
	cfg := testConfig(t, "smog")
	tr, next := start(t, cfg), batches(cfg)
	for step := 1; step <= 2*cfg.Settings.Int("smog.reset_steps"); step++ {
		s := steps(t, tr, next, 1)[0]
		due := step%cfg.Settings.Int("smog.reset_steps") == 0
		equal := true
		for i, p := range tr.weights[part.Teacher].Params {
			equal = equal && slices.Equal(p.Value, tr.weights[part.Student].Params[i].Value)
		}
		if whole := fixture.Unit(tr.host.learners[0].Vectors().Value, cfg.Encoder.Dim) == 12; whole != due || equal != due || (s.Values["smog.reset"] == 1) != due {
			t.Errorf("step %d: unit groups %v, teacher equals student %v; reset is due: %v", step, whole, equal, due)
		}
	}
}
