package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"protobench/harness/store"
)

// oneLiveFake is an arm of which one prototype takes all images, from step 4 on and until another.
func oneLiveFake(until float64) func(*fake) {
	return func(f *fake) {
		f.temperature, f.init = 0, "random"
		sound := append([]float32{}, f.now...)
		collapsed := make([]float32, len(sound))
		for i := range collapsed {
			collapsed[i] = 0.001 * float32(i%3)
		}
		f.atStep = func(step int) error {
			copy(f.now, sound)
			if s := float64(step); s >= 4 && s < until {
				copy(f.now, collapsed)
			}
			return nil
		}
	}
}

const watchSweep = `
name = "x"
references = false
[train]
batch = 8
epochs = 6
[watch]
stall_epochs = 2
%s
[prototypes]
count = 4
[[method]]
name = "swav"
`

// watchedRun runs the sweep with a line in its [watch], and returns its cell and what was told.
func watchedRun(t *testing.T, dir, line string, o Options) (store.CellState, []Event) {
	t.Helper()
	var told []Event
	o.Tell = func(e Event) { told = append(told, e) }
	p := planOf(t, fmt.Sprintf(watchSweep, line))
	if _, err := Run(context.Background(), p, p.Jobs, dir, o); err != nil {
		t.Fatal(err)
	}
	return cellsOf(t, dir)[0], told
}

// warned are the reasons of the events of warning.
func warned(told []Event) (out []string) {
	for _, e := range told {
		if e.Kind == Warned {
			out = append(out, e.Reason)
		}
	}
	return out
}

func TestCollapseIsSaidWhileItHappens(t *testing.T) {
	cell, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(fakeEngine(oneLiveFake(99))))
	if w := warned(told); len(w) != 1 || w[0] != "one live prototype, from epoch 0.8 to 3" {
		t.Errorf("%q", w)
	}
	if out := cell.Result.Outcome; out.Status != store.Collapsed || out.Epoch != 6 || len(cell.Result.Provenance.Warnings) > 1 {
		t.Errorf("%+v %+v", out, cell.Result.Provenance.Warnings)
	}
}

// A run that has recovered is no collapsed one, and its result says what it went through.
func TestRecoveryIsSaid(t *testing.T) {
	cell, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(fakeEngine(oneLiveFake(19))))
	if w := warned(told); len(w) != 1 {
		t.Errorf("%q", w)
	}
	warnings := fmt.Sprint(cell.Result.Provenance.Warnings)
	if cell.Result.Outcome.Status != store.OK || !strings.Contains(warnings, "watch.one_live: the run counted as collapsed at epoch 3; its end does not") {
		t.Errorf("%+v %s", cell.Result.Outcome, warnings)
	}
}

// What lasts for less than stall_epochs is nothing.
func TestShortCollapseIsNothing(t *testing.T) {
	_, told := watchedRun(t, filepath.Join(t.TempDir(), "run"), "", options(fakeEngine(oneLiveFake(9))))
	if w := warned(told); len(w) > 0 {
		t.Errorf("%q", w)
	}
}

// A run that is told to stops there, with all metrics of that moment, and does so after any
// interruption.
func TestCollapseStops(t *testing.T) {
	whole, _ := watchedRun(t, filepath.Join(t.TempDir(), "run"), `one_live = "stop"`, options(fakeEngine(oneLiveFake(99))))
	out := whole.Result.Outcome
	if out.Status != store.Collapsed || out.Epoch != 3 || out.Reason != `one live prototype, from epoch 0.8 to 3, where watch.one_live = "stop" has ended it` {
		t.Fatalf("%+v", out)
	}
	if whole.Result.Metrics["used"] != 1 {
		t.Errorf("%v", whole.Result.Metrics)
	}
	dir, p := filepath.Join(t.TempDir(), "run"), planOf(t, fmt.Sprintf(watchSweep, `one_live = "stop"`))
	for cut := 1; cut <= 16; cut++ {
		ctx, stop := context.WithCancel(context.Background())
		o := options(fakeEngine(oneLiveFake(99)))
		o.CheckpointEvery = 0
		o.Tell = func(e Event) {
			if e.Kind == Stepped && e.Step == cut {
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

// A loss that stays that of uniform predictions is stalled, whatever its usage looks like.
func TestStalledLoss(t *testing.T) {
	l := &trainingLoop{cellRun: &cellRun{job: &planOf(t, fmt.Sprintf(watchSweep, `stalled = "stop"`)).Jobs[0], cadence: cadence{perEpoch: 5, epochs: 6}}}
	for step := 0; step <= 15; step += 5 {
		l.at.step = step
		if l.at.tally.watched.stopped != "" {
			t.Fatalf("step %d", step)
		}
		s := noSigns()
		s.live, s.uniform = 4, 5
		if err := l.watch(s, 5.0009); err != nil {
			t.Fatal(err)
		}
		if step == 0 { // one measurement that is off begins anew
			if err := l.watch(s, 5.002); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := l.at.tally.watched.stopped; !strings.HasPrefix(got, "the loss 5.0009 is within 0.001 of ln K, that of uniform predictions, from epoch 1 to 3") {
		t.Error(got)
	}
}

// What decides constant features at the end decides it on the way.
func TestConstantFeaturesOnTheWay(t *testing.T) {
	l := &trainingLoop{cellRun: &cellRun{job: &planOf(t, fmt.Sprintf(watchSweep, `constant = "stop"`)).Jobs[0], cadence: cadence{perEpoch: 5, epochs: 6}}}
	l.compared = &bounds{untrained: 0.5, images: 0.8}
	for step := 0; step <= 10; step += 5 {
		l.at.step = step
		s := noSigns()
		s.deviation = 0.049
		if err := l.watch(s, 1); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.at.tally.watched.stopped; !strings.Contains(got, "under 0.1 of the untrained encoder's 0.5") {
		t.Error(got)
	}
	if why, _ := l.constant(signs{deviation: 0.051}); why != "" {
		t.Error(why)
	}
}

// A watch goes through a checkpoint as it is; one without it knows nothing.
func TestWatchedResumes(t *testing.T) {
	var w watched
	w.note(false, oneLive, 12)
	w.note(true, constant, 40)
	w.stopped = "why. not"
	x := tally{watched: w}.extra()
	got, err := tallyFrom(x)
	if err != nil || fmt.Sprint(got.watched) != fmt.Sprint(w) {
		t.Errorf("%+v %v", got.watched, err)
	}
	x["watch.since.stalled"] = "soon"
	if _, err := tallyFrom(x); err == nil || !strings.Contains(err.Error(), "watch.since.stalled") {
		t.Error(err)
	}
	if got, err := tallyFrom(tally{}.extra()); err != nil || len(got.watched.since) > 0 || got.watched.stopped != "" {
		t.Errorf("%+v %v", got, err)
	}
}

// The watch is in no hash while it only warns after the standard time.
func TestWatchIsInNoHash(t *testing.T) {
	hash := func(line string) string {
		return planOf(t, strings.Replace(smallSweep, "[prototypes]", line+"\n[prototypes]", 1)).Jobs[3].Hash
	}
	plain := hash("")
	if hash("[watch]\none_live = \"warn\"\nstall_epochs = 3") != plain {
		t.Error("the standard watch is in the hash")
	}
	if hash("[watch]\nconstant = \"stop\"") == plain {
		t.Error("a stop decides at which epoch a cell is measured, and is in no hash")
	}
}
