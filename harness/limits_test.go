package harness

import (
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
)

// A cell that is too large fails by itself, with what it needs and what there is; nothing is written
// of it, so that a later run with more memory takes it up.
func TestCellsThatAreTooLargeLeaveTheOthersAlone(t *testing.T) {
	text := strings.Replace(fixture.Small, "seeds = 2", "seeds = 1\nreferences = false", 1) +
		"[[method]]\nname = \"large\"\npreset = \"swav\"\nprototypes.count = 12_000_000\nprototypes.init = \"random\"\n"
	p, dir := planOf(t, text), filepath.Join(t.TempDir(), "run")
	o := options(cell.Real())
	o.MaxMemory = 1 << 30
	s, err := Run(t.Context(), p, p.Jobs, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Done != 2 || len(s.Failed) != 1 {
		t.Fatalf("%+v", s)
	}
	for _, want := range []string{"large", "needs about ", " to train, 7.7 GB of scores of all images", "(--max-memory)", "lower prototypes.count"} {
		if !strings.Contains(s.Failed[0], want) {
			t.Errorf("%s lacks %q", s.Failed[0], want)
		}
	}
	if c := cellsOf(t, dir)[2]; c.State == store.Broken || c.State == store.Done {
		t.Errorf("%v", c.State)
	}
}

// Memory lets fewer cells in than there are workers, and the run says so.
func TestMemoryLimitsTheCellsAtATime(t *testing.T) {
	p := planOf(t, strings.Replace(fixture.Small, "seeds = 2", "seeds = 4\nreferences = false", 1))
	var mu sync.Mutex
	running, most, said := 0, 0, ""
	o := options(standin.Engine(func(f *fixture.Fake) { f.AtStep = func(int) error { runtime.Gosched(); return nil } }))
	o.Jobs = 4
	o.Tell = func(e cell.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e.Kind {
		case cell.Planned:
			said = e.Reason
		case cell.Started:
			running++
			most = max(most, running)
		case cell.Ended:
			running--
		}
	}
	var need int64
	for _, n := range budget.Needs(p.Jobs, o.Engine, o.Data) {
		need = max(need, n.Total())
	}
	o.MaxMemory = int64(float64(96<<20+fixture.Noise().Bytes()+2*need+need/2) / 0.8) // of which cells may fill four fifths
	s, err := Run(t.Context(), p, p.Jobs, filepath.Join(t.TempDir(), "run"), o)
	if err != nil || s.Done != 8 || most > 2 || !strings.Contains(said, "2 at a time, not 4") {
		t.Errorf("%+v, %d at a time, said %q, %v", s, most, said, err)
	}
}

// A cell over its time fails with the limit named, keeps its checkpoint and goes on from there.
func TestMaxTime(t *testing.T) {
	p, dir := planOf(t, strings.Replace(fixture.Small, "seeds = 2", "seeds = 1\nreferences = false", 1)), filepath.Join(t.TempDir(), "run")
	o := options(standin.Engine(func(f *fixture.Fake) { f.AtStep = func(int) error { time.Sleep(20 * time.Millisecond); return nil } }))
	o.MaxTime = 150 * time.Millisecond
	s, err := Run(t.Context(), p, p.Jobs, dir, o)
	if err != nil || len(s.Failed) != 2 || !strings.Contains(s.Failed[0], "longer than --max-time 150ms, at step ") {
		t.Fatalf("%+v %v", s, err)
	}
	o.MaxTime, o.RetryFailed = 0, true
	if s, err = Run(t.Context(), p, p.Jobs, dir, o); err != nil || s.Done != 2 {
		t.Fatalf("%+v %v", s, err)
	}
	for _, c := range cellsOf(t, dir) {
		if len(c.Result.ResumedAt) != 1 || c.Result.ResumedAt[0] == 0 {
			t.Errorf("resumed at %v", c.Result.ResumedAt)
		}
	}
}
