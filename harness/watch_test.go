package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// oneLiveFake is an arm of which one prototype takes all images, from step 4 on and until another.
func oneLiveFake(until float64) func(*fixture.Fake) {
	return func(f *fixture.Fake) {
		f.Temperature, f.Init = 0, "random"
		sound := append([]float32{}, f.Now...)
		collapsed := make([]float32, len(sound))
		for i := range collapsed {
			collapsed[i] = 0.001 * float32(i%3)
		}
		f.AtStep = func(step int) error {
			copy(f.Now, sound)
			if s := float64(step); s >= 4 && s < until {
				copy(f.Now, collapsed)
			}
			return nil
		}
	}
}

// watchedRun runs the sweep with a line in its [watch], and returns its cell and what was told.
func watchedRun(t *testing.T, dir, line string, o Options) (store.CellState, []cell.Event) {
	t.Helper()
	var told []cell.Event
	o.Tell = func(e cell.Event) { told = append(told, e) }
	p := planOf(t, fmt.Sprintf(fixture.Watched, line))
	if _, err := Run(context.Background(), p, p.Jobs, dir, o); err != nil {
		t.Fatal(err)
	}
	return cellsOf(t, dir)[0], told
}

// warned are the reasons of the events of warning.
func warned(told []cell.Event) (out []string) {
	for _, e := range told {
		if e.Kind == cell.Warned {
			out = append(out, e.Reason)
		}
	}
	return out
}

func TestCollapseIsSaidWhileItHappens(t *testing.T) {
	one, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(standin.Engine(oneLiveFake(99))))
	if w := warned(told); len(w) != 1 || w[0] != "one live prototype, from epoch 0.8 to 3" {
		t.Errorf("%q", w)
	}
	if out := one.Result.Outcome; out.Status != store.Collapsed || out.Epoch != 6 || len(one.Result.Provenance.Warnings) > 1 {
		t.Errorf("%+v %+v", out, one.Result.Provenance.Warnings)
	}
}

// A run that has recovered is no collapsed one, and its result says what it went through.
func TestRecoveryIsSaid(t *testing.T) {
	one, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(standin.Engine(oneLiveFake(19))))
	if w := warned(told); len(w) != 1 {
		t.Errorf("%q", w)
	}
	warnings := fmt.Sprint(one.Result.Provenance.Warnings)
	if one.Result.Outcome.Status != store.OK || !strings.Contains(warnings, "watch.one_live: the run counted as collapsed at epoch 3; its end does not") {
		t.Errorf("%+v %s", one.Result.Outcome, warnings)
	}
}

// What lasts for less than stall_epochs is nothing.
func TestShortCollapseIsNothing(t *testing.T) {
	_, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(standin.Engine(oneLiveFake(9))))
	if w := warned(told); len(w) > 0 {
		t.Errorf("%q", w)
	}
}

// A run that is told to stops there, with all metrics of that moment, and does so after any
// interruption.
func TestCollapseStops(t *testing.T) {
	whole, _ := watchedRun(t, filepath.Join(t.TempDir(), "run"), `one_live = "stop"`, options(standin.Engine(oneLiveFake(99))))
	out := whole.Result.Outcome
	if out.Status != store.Collapsed || out.Epoch != 3 || out.Reason != `one live prototype, from epoch 0.8 to 3, where watch.one_live = "stop" has ended it` {
		t.Fatalf("%+v", out)
	}
	if whole.Result.Metrics["used"] != 1 {
		t.Errorf("%v", whole.Result.Metrics)
	}
	dir, p := filepath.Join(t.TempDir(), "run"), planOf(t, fmt.Sprintf(fixture.Watched, `one_live = "stop"`))
	for cut := 1; cut <= 16; cut++ {
		ctx, stop := context.WithCancel(context.Background())
		o := options(standin.Engine(oneLiveFake(99)))
		o.CheckpointEvery = 0
		o.Tell = func(e cell.Event) {
			if e.Kind == cell.Stepped && e.Step == cut {
				stop()
			}
		}
		if _, err := Run(ctx, p, p.Jobs, dir, o); err != nil {
			t.Fatal(err)
		}
		stop()
	}
	again := cellsOf(t, dir)[0]
	if again.Result.Outcome != out || fmt.Sprint(again.Result.Metrics) != fmt.Sprint(whole.Result.Metrics) {
		t.Errorf("%+v", again.Result.Outcome)
	}
}

// The watch is in no hash while it only warns after the standard time.
func TestWatchIsInNoHash(t *testing.T) {
	hash := func(line string) string {
		return planOf(t, strings.Replace(fixture.Small, "[prototypes]", line+"\n[prototypes]", 1)).Jobs[3].Hash
	}
	plain := hash("")
	if hash("[watch]\none_live = \"warn\"\nstall_epochs = 3") != plain {
		t.Error("the standard watch is in the hash")
	}
	if hash("[watch]\nconstant = \"stop\"") == plain {
		t.Error("a stop decides at which epoch a cell is measured, and is in no hash")
	}
}
