package harness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"protobench/harness/store"
)

func TestAvailableIsTheLeastThatTheSystemTells(t *testing.T) {
	const free = "MemTotal:  9000000 kB\nMemAvailable:    8000000 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
		by    string
	}{
		"no group":           {map[string]string{"proc/meminfo": free}, 8000000 << 10, "free memory of the machine"},
		"a group of its own": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "4294967296\n"}, 4 << 30, "control group"},
		"the group above": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "1073741824\n"},
			1 << 30, "control group"},
		"a container's root": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "2147483648\n"}, 2 << 30, "control group"},
		"version 1": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/slurm/job_3\n", "sys/fs/cgroup/memory/slurm/job_3/memory.limit_in_bytes": "3221225472\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 3 << 30, "control group"},
		"what a group has left": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "4000000000\n",
			"sys/fs/cgroup/a/memory.current": "3000000000\n", "sys/fs/cgroup/a/memory.stat": "anon 1500000000\ninactive_file 1000000000\nactive_file 500000000\n"}, 2500000000, "control group"},
		"a group above that is full": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "4:memory:/x/y\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "1000\n",
			"sys/fs/cgroup/memory/x/memory.usage_in_bytes": "2000\n"}, 1, "control group"},
		"a group that is slowed down above": {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n", "sys/fs/cgroup/a/memory.high": "3000000000\n"}, 3000000000, "control group"},
		"a group above the machine":         {map[string]string{"proc/meminfo": free, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "99999999999999\n"}, 8000000 << 10, "free memory of the machine"},
	} {
		root := t.TempDir()
		for path, text := range c.files {
			at := filepath.Join(root, path)
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, by := availableUnder(root); got != c.want || by != c.by {
			t.Errorf("%s: %d by %s, want %d by %s", name, got, by, c.want, c.by)
		}
	}
}

// Cells wait for each other's memory, and one alone gets in whatever it needs.
func TestGate(t *testing.T) {
	g := newGate(100)
	leave := g.enter(t.Context(), 60)
	second := make(chan func())
	go func() { second <- g.enter(t.Context(), 50) }()
	select {
	case <-second:
		t.Fatal("60 and 50 have come into 100")
	case <-time.After(20 * time.Millisecond):
	}
	leave()
	(<-second)()
	g.enter(t.Context(), 1000)()
	leave = g.enter(t.Context(), 100)
	ctx, stop := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() { g.enter(ctx, 1)() })
	stop() // who has nothing to wait for any longer goes on to say so
	waiting.Wait()
	leave()
	if g.inside != 0 || g.running != 0 {
		t.Errorf("%d bytes of %d cells are left", g.inside, g.running)
	}
}

// A cell that is too large fails by itself, with what it needs and what there is; nothing is written
// of it, so that a later run with more memory takes it up.
func TestCellsThatAreTooLargeLeaveTheOthersAlone(t *testing.T) {
	text := strings.Replace(smallSweep, "seeds = 2", "seeds = 1\nreferences = false", 1) +
		"[[method]]\nname = \"large\"\npreset = \"swav\"\nprototypes.count = 12_000_000\nprototypes.init = \"random\"\n"
	p, dir := planOf(t, text), filepath.Join(t.TempDir(), "run")
	o := options(Real())
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

// What is extrapolated from few prototypes is what many take.
func TestNeedsOfManyPrototypes(t *testing.T) {
	for name, method := range map[string]string{
		"linear": "name = \"swav\"\nobservers = [\"joint\"]", "in pairs": "name = \"spread\"\nobjective = \"swav\"\nlearner = \"joint\"\nregularizers = [\"orthogonality\"]",
	} {
		text := "name = \"x\"\nreferences = false\n[train]\nbatch = 8\n[prototypes]\ninit = \"random\"\ncount = 6000\n[[method]]\n" + method + "\n"
		j := &planOf(t, text).Jobs[0]
		x := newNeeder(Real(), NewLibrary(testOpen))
		whole, _, err := x.built(*j)
		if err != nil {
			t.Fatal(err)
		}
		n, err := x.of(j)
		if err != nil || float64(n.Training) < 0.9*float64(whole) || float64(n.Training) > 1.1*float64(whole) {
			t.Errorf("%s: %d bytes, built it holds %d, %v", name, n.Training, whole, err)
		}
	}
}

// Memory lets fewer cells in than there are workers, and the run says so.
func TestMemoryLimitsTheCellsAtATime(t *testing.T) {
	p := planOf(t, strings.Replace(smallSweep, "seeds = 2", "seeds = 4\nreferences = false", 1))
	var mu sync.Mutex
	running, most, said := 0, 0, ""
	o := options(fakeEngine(func(f *fake) { f.atStep = func(int) error { runtime.Gosched(); return nil } }))
	o.Jobs = 4
	o.Tell = func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e.Kind {
		case Planned:
			said = e.Reason
		case Started:
			running++
			most = max(most, running)
		case Ended:
			running--
		}
	}
	var need int64
	for _, n := range Needs(p.Jobs, o.Engine, o.Data) {
		need = max(need, n.Total())
	}
	o.MaxMemory = int64(float64(96<<20+imagesOf(p.Jobs, o.Data)+2*need+need/2) / usable)
	s, err := Run(t.Context(), p, p.Jobs, filepath.Join(t.TempDir(), "run"), o)
	if err != nil || s.Done != 8 || most > 2 || !strings.Contains(said, "2 at a time, not 4") {
		t.Errorf("%+v, %d at a time, said %q, %v", s, most, said, err)
	}
}

// A cell over its time fails with the limit named, keeps its checkpoint and goes on from there.
func TestMaxTime(t *testing.T) {
	p, dir := planOf(t, strings.Replace(smallSweep, "seeds = 2", "seeds = 1\nreferences = false", 1)), filepath.Join(t.TempDir(), "run")
	o := options(fakeEngine(func(f *fake) { f.atStep = func(int) error { time.Sleep(20 * time.Millisecond); return nil } }))
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

// An engine that builds nothing is no reason to refuse anything.
func TestNeedsOfWhatCannotBeBuilt(t *testing.T) {
	p := planOf(t, smallSweep)
	e := fakeEngine(func(*fake) { panic("no") })
	if _, err := newNeeder(e, NewLibrary(testOpen)).of(&p.Jobs[3]); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := Needs(p.Jobs[3:4], e, NewLibrary(testOpen)); n[0].Training != 0 || n[0].Total() == 0 {
		t.Errorf("%+v", n)
	}
}
