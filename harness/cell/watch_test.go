package cell

import (
	"fmt"
	"strings"
	"testing"

	"protobench/harness/internal/fixture"
)

// A loss that stays that of uniform predictions is stalled, whatever its usage looks like.
func TestStalledLoss(t *testing.T) {
	l := &trainingLoop{Run: &Run{job: &jobsOf(t, fmt.Sprintf(fixture.Watched, `stalled = "stop"`))[0], cadence: cadence{perEpoch: 5, epochs: 6}}}
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
	l := &trainingLoop{Run: &Run{job: &jobsOf(t, fmt.Sprintf(fixture.Watched, `constant = "stop"`))[0], cadence: cadence{perEpoch: 5, epochs: 6}}}
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
