package methods

import (
	"slices"
	"testing"

	"protobench/methods/part"
)

// TestPrepareSettles checks that hyperspherical prototypes are spread before the first step, in
// arms and observers, and stay.
func TestPrepareSettles(t *testing.T) {
	cfg := testConfig(t, "swav+frozen")
	cfg.Composition.Learner, cfg.Composition.Observers = "hyperspherical", []string{"frozen", "hyperspherical"}
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	l := tr.Learned()
	if !slices.Equal(l[0].Current[part.Teacher], l[2].Current[part.Teacher]) || !slices.Equal(l[0].Initial, l[0].Current[part.Student]) {
		t.Error("arm and observer differ, or moved")
	}
	if slices.Equal(l[0].Initial, l[1].Initial) {
		t.Error("they did not settle")
	}
}
