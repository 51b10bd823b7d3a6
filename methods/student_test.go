package methods

import (
	"strings"
	"testing"
	"time"
)

// TestStudentAlone checks that the step without a teacher is the arm's own: where targets come from the student, a
// whole trainer has the same losses, bit by bit.
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
	next, kinds := batches(cfg), map[string]int{}
	for step := range 6 {
		x := next()
		want, err := whole.Step(x)
		if err != nil {
			t.Fatal(err)
		}
		run := alone.Step
		if step == 5 { // the last one tells its times: of the graph and of what follows
			run = func(x []float32) (float64, error) {
				return alone.TimedStep(x, func(kind string, _ time.Duration) { kinds[kind]++ })
			}
		}
		got, err := run(x)
		if err != nil || got != want.Loss {
			t.Fatalf("step %d: loss %v (%v), the trainer's is %v", step, got, err, want.Loss)
		}
	}
	if kinds["conv3x3"] != 2 || kinds["conv3x3-grad"] != 2 || kinds["update"] != 1 {
		t.Errorf("told %v", kinds)
	}
}

func TestStudentAloneNeedsNoTeacher(t *testing.T) {
	for _, preset := range []string{"dino", "swav+gmm"} {
		if _, err := NewStudentAlone(testConfig(t, preset)); err == nil || !strings.HasPrefix(err.Error(), preset+": ") {
			t.Errorf("%s: %v", preset, err)
		}
	}
}
