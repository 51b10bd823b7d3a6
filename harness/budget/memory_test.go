package budget

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
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
		if name == "a group above the machine" { // which limits the process all the same
			if got, by := limitUnder(root); got != 99999999999999 || by != "control group" {
				t.Errorf("%s: limit %d by %s", name, got, by)
			}
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
