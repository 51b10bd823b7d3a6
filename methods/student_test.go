package methods

import (
	"strings"
	"testing"
	"time"
)

// TestStudentAlone checks that the step without a teacher is the arm's own: where targets come from
// the student, a whole trainer has the same losses, bit by bit.
func TestStudentAlone(t *testing.T) {
	cfg := testConfig(t, "swav")
	whole, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := NewStudentAlone(cfg)
	if err != nil {
		t.Fatal(err)
	}
	next := batches(cfg)
	for step := range 6 {
		x := next()
		want, err := whole.Step(x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := alone.Step(x)
		if err != nil || got != want.Loss {
			t.Fatalf("step %d: loss %v (%v), the trainer's is %v", step, got, err, want.Loss)
		}
	}
	spent := map[string]time.Duration{}
	for _, o := range alone.Operations() {
		spent[o.Kind] += o.Spent
	}
	if spent["conv3x3"] <= 0 || spent["conv3x3-grad"] <= 0 {
		t.Errorf("spent %v", spent)
	}
}

func TestStudentAloneNeedsNoTeacher(t *testing.T) {
	for _, preset := range []string{"dino", "swav+gmm"} {
		if _, err := NewStudentAlone(testConfig(t, preset)); err == nil || !strings.HasPrefix(err.Error(), preset+": ") {
			t.Errorf("%s: %v", preset, err)
		}
	}
	cfg := testConfig(t, "swav")
	cfg.Composition.Learner = "joint until 1, gmm"
	if _, err := NewStudentAlone(cfg); err == nil {
		t.Error("a schedule was accepted")
	}
}
