package harness

import (
	"context"
	"testing"
	"time"

	"protobench/datasets"
	"protobench/internal/team"
)

// TestCellsTakeOverIdleThreads runs two arms of which one ends at once: the other gets its threads.
func TestCellsTakeOverIdleThreads(t *testing.T) {
	ended, most := make(chan struct{}), 0
	p := planOf(t, smallSweep)
	jobs := p.Jobs[3:5] // behind three references
	o := options(fakeEngine(func(f *fake) {
		if f.cfg.Composition.Name != jobs[1].Cell.Composition.Name {
			return
		}
		f.atStep = func(int) error {
			<-ended
			if most = max(most, f.cfg.Team.Threads()); most < 5 {
				time.Sleep(20 * time.Millisecond) // until the other's worker has no more to do
			}
			return nil
		}
	}))
	o.Jobs, o.Threads = 2, 5
	o.Tell = func(e Event) {
		if e.Kind == Ended && e.Cell == jobs[0].Dir {
			close(ended)
		}
	}
	s, err := Run(context.Background(), p, jobs, t.TempDir(), o)
	if err != nil || s.Done != 2 {
		t.Fatal(s, err)
	}
	if most != 5 {
		t.Errorf("the last cell had %d threads of 5", most)
	}
}

// TestTakenThreadsAreGivenBack ends a cell that has grown.
func TestTakenThreadsAreGivenBack(t *testing.T) {
	x, team := &executor{}, team.New(2)
	team.Grow(3)
	x.dismiss(team, 2)
	if n := x.spare.Load(); n != 3 {
		t.Errorf("%d threads are spare, want 3", n)
	}
}

// TestThreadsMakeViews: a cell's views are made by all of its threads.
func TestThreadsMakeViews(t *testing.T) {
	p := planOf(t, smallSweep)
	x, team := &executor{options: options(Real())}, team.New(2)
	defer team.Close()
	x.options.Data = NewLibrary(func(datasets.Options) (*datasets.Set, error) { return testSet(), nil })
	r, err := x.newRun(&p.Jobs[3], nil, team)
	if err != nil {
		t.Fatal(err)
	}
	if r.batches.augment.Team != team {
		t.Error("the views are made by one thread")
	}
}
