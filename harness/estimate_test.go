package harness

import (
	"testing"
	"time"
)

// Four arms and two supervised rows train.
func TestEstimateCountsEveryJob(t *testing.T) {
	slow := fakeEngine(func(f *fake) {
		f.atStep = func(int) error { time.Sleep(2 * time.Millisecond); return nil }
	})
	p := planOf(t, smallSweep)
	got, err := Estimate(p.Jobs, slow, NewLibrary(testOpen))
	if err != nil {
		t.Fatal(err)
	}
	cells, least := 0, 6*15*2*time.Millisecond
	var total time.Duration
	for _, b := range got {
		cells, total = cells+b.Cells, total+b.Total()
		if b.Steps != 15 || b.Arm == "" {
			t.Errorf("%+v, want 15 steps of a named arm", b)
		}
	}
	if cells != 6 || len(got) != 3 || total < least {
		t.Errorf("%+v: %d cells and %v, want 6 in 3 rows and at least %v", got, cells, total, least)
	}
}
