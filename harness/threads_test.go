package harness

import (
	"context"
	"testing"
	"time"

	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/internal/team"
)

// TestCellsTakeOverIdleThreads runs two arms of which one ends at once: the other gets its threads.
func TestCellsTakeOverIdleThreads(t *testing.T) {
	ended, most := make(chan struct{}), 0
	p := planOf(t, fixture.Small)
	jobs := p.Jobs[3:5] // behind three references
	o := options(standin.Engine(func(f *fixture.Fake) {
		if f.Cfg.Composition.Name != jobs[1].Cell.Composition.Name {
			return
		}
		f.AtStep = func(int) error {
			<-ended
			if most = max(most, f.Cfg.Team.Threads()); most < 5 {
				time.Sleep(20 * time.Millisecond) // until the other's worker has no more to do
			}
			return nil
		}
	}))
	o.Jobs, o.Threads = 2, 5
	o.Tell = func(e cell.Event) {
		if e.Kind == cell.Ended && e.Cell == jobs[0].Dir {
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
