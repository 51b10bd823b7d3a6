package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// realSweep has 64 cells of a moment each.
const realSweep = `
name = "real"
seeds = 16
references = ["untrained"]
[data]
train = 120
test = 40
[encoder]
width = 2
depth = 1
stem_stride = 2
hidden = 8
dim = 8
[train]
epochs = 6
batch = 8
[prototypes]
count = 8
[slurm]
time = 10
grace = 20
mem = "100M"
extra = ["--exclude=n3"] # of the other test
[[method]]
name = "swav"
[[method]]
name = "dino"
[[method]]
name = "swav+gmm"
observers = ["joint"]
`

// longSweep has one cell of many seconds.
const longSweep = `
name = "long"
references = false
[data]
train = 400
test = 40
[encoder]
width = 2
depth = 1
stem_stride = 2
hidden = 8
dim = 8
[train]
epochs = 150
batch = 8
[evaluate]
every = 50
[prototypes]
count = 8
[slurm]
time = 10
grace = 20
[[method]]
name = "swav"
`

// built is the program that the real test runs.
type built struct {
	t       *testing.T
	program string
	dir     string
}

func build(t *testing.T) built {
	t.Helper()
	b := built{t: t, program: filepath.Join(t.TempDir(), "protobench")}
	c := exec.Command("go", "build", "-trimpath", "-gcflags=protobench/...=-dwarf=false", "-o", b.program, "protobench")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return b
}

// of is the program in a test's own folder.
func (b built) of(t *testing.T) built { return built{t, b.program, t.TempDir()} }

// run runs the program and returns what it prints, and its exit code.
func (b built) run(args ...string) (string, int) {
	b.t.Helper()
	c := exec.Command(b.program, args...)
	c.Dir = b.dir
	var out, err strings.Builder
	c.Stdout, c.Stderr = &out, &err
	if e := c.Run(); e != nil && c.ProcessState == nil {
		b.t.Fatal(e)
	}
	if code := c.ProcessState.ExitCode(); code != 0 {
		b.t.Logf("%v: code %d\n%s", args, code, err.String())
	}
	return out.String() + err.String(), c.ProcessState.ExitCode()
}

// good is run for what has to end well.
func (b built) good(args ...string) string {
	b.t.Helper()
	out, code := b.run(args...)
	if code != 0 {
		b.t.Fatalf("%v: code %d\n%s", args, code, out)
	}
	return out
}

// numbers are the parts of all results that have to be equal byte by byte, by cell.
func (b built) numbers(run string) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(b.dir, run, "cells", "*", "result.json"))
	must(b.t, err)
	for _, path := range paths {
		var r map[string]json.RawMessage
		text, err := os.ReadFile(path)
		must(b.t, err)
		must(b.t, json.Unmarshal(text, &r))
		out[filepath.Base(filepath.Dir(path))] = fmt.Sprintf("%s %s %s %s", r["cell"], r["outcome"], r["metrics"], r["observers"])
	}
	return out
}

// status is that of the cluster's run.
func (b built) status() statusLine {
	b.t.Helper()
	var s statusLine
	must(b.t, json.Unmarshal([]byte(b.good("status", "out", "--json")), &s))
	return s
}

func done(s statusLine) (n int) {
	for _, a := range s.Arms {
		n += a.Done
	}
	return n
}

func TestRealSlurm(t *testing.T) {
	s := newLocalSlurm(t, 3, 2)
	program := build(t)
	t.Run("64 cells", func(t *testing.T) { t.Parallel(); testFaults(s.of(t), program.of(t)) })
	t.Run("stops", func(t *testing.T) { t.Parallel(); testStops(s.of(t), program.of(t)) })
}

// A sweep through a cluster ends with the results of a local run, while one node is drained and
// another one's daemon is killed and comes back.
func testFaults(s *localSlurm, b built) {
	t := b.t
	must(t, os.WriteFile(filepath.Join(b.dir, "real.toml"), []byte(realSweep), 0o600))
	local := make(chan struct{})
	go func() { defer close(local); b.run("run", "real.toml", "--out", "local", "-j", "1") }()

	began := time.Now()
	out := b.good("run", "real.toml", "--out", "out", "--executor", "slurm", "--slurm", "array_size=20", "--slurm", "throttle=8")
	if !strings.Contains(out, "64 cells queued as pb-") || !strings.Contains(out, "writes the report") {
		t.Fatal(out)
	}
	s.until(40*time.Second, "some cells are done", func() bool { return done(b.status()) >= 6 })
	t.Logf("6 cells after %v", time.Since(began))
	s.call("scontrol", "update", "nodename=n1", "state=drain", "reason=test")
	if look := b.status(); look.Slurm == nil || look.Slurm.Waiting()+look.Slurm.Running()+done(look) < 63 || len(look.Slurm.NoTask) > 0 {
		t.Errorf("status: %+v", look)
	}
	if out := b.good("run", "real.toml", "--out", "out", "--executor", "slurm"); !strings.Contains(out, "nothing new is queued") {
		t.Errorf("submitted twice: %s", out)
	}
	s.until(20*time.Second, "n1 is drained", func() bool { return s.state(1) == "drained" })
	s.kill("n2")
	before := done(b.status())
	time.Sleep(2 * time.Second)
	s.node(2)
	s.until(20*time.Second, "cells go on after n2 came back", func() bool { return done(b.status()) > before+2 })
	for _, task := range b.status().Slurm.Tasks {
		if task.Running() && task.Node == "n1" {
			t.Errorf("%+v runs on a drained node", task)
		}
	}
	s.call("scontrol", "update", "nodename=n1", "state=resume")
	s.until(60*time.Second, "no task is left", func() bool { return b.status().Slurm.Idle() })
	t.Logf("all done after %v", time.Since(began))
	<-local
	b.compare("local", "out", 64)
	end := b.status()
	if done(end) != 64 || len(end.Slurm.NoTask)+len(end.Slurm.Failed)+len(end.Slurm.Silent) > 0 {
		t.Errorf("status at the end: %+v", end)
	}
	logs, err := filepath.Glob(filepath.Join(b.dir, "out", "logs", "report-*.log"))
	must(t, err)
	if len(logs) != 1 {
		t.Fatalf("reports: %v", logs)
	}
	text, err := os.ReadFile(logs[0])
	must(t, err)
	if !strings.Contains(string(text), "report: ") || strings.Contains(string(text), "protobench: ") {
		t.Errorf("the report job: %s", text)
	}
	if _, err := os.Stat(filepath.Join(b.dir, "out", "report", "README.md")); err != nil {
		t.Error(err)
	}
	if out := b.good("run", "real.toml", "--out", "out", "--executor", "slurm"); !strings.Contains(out, "report: ") {
		t.Errorf("submitted when all is done: %s", out)
	}
}

// A task that is asked to stop, as before its limit or when it is preempted, saves its state and is
// queued again; one that is cancelled is not, and the next submission goes on with it.
func testStops(s *localSlurm, b built) {
	t := b.t
	must(t, os.WriteFile(filepath.Join(b.dir, "long.toml"), []byte(longSweep), 0o600))
	local := make(chan struct{})
	go func() { defer close(local); b.run("run", "long.toml", "--out", "local", "-j", "1") }()
	checkpoint := func() bool {
		found, err := filepath.Glob(filepath.Join(b.dir, "out", "cells", "*", "checkpoint*"))
		return err == nil && len(found) > 0
	}
	running := func() bool { return b.status().Slurm.Running() == 1 }
	logged := func() (n int64) { // bytes of the log of steps
		logs, err := filepath.Glob(filepath.Join(b.dir, "out", "cells", "*", "steps.jsonl"))
		must(t, err)
		for _, log := range logs {
			if info, err := os.Stat(log); err == nil {
				n += info.Size()
			}
		}
		return n
	}
	out := b.good("run", "long.toml", "--out", "out", "--executor", "slurm", "--slurm", "extra=--nodelist=n3")
	_, job, _ := strings.Cut(out, "(job ")
	job, _, _ = strings.Cut(job, ")")
	s.until(30*time.Second, "the task runs", func() bool { return running() && logged() > 0 })
	s.call("scancel", "--batch", "--signal=USR1", job+"_0")
	s.until(10*time.Second, "the task waits again", func() bool { return b.status().Slurm.Waiting() == 1 })
	if !checkpoint() {
		t.Error("no checkpoint was left")
	}
	before := logged()
	s.until(30*time.Second, "the task goes on", func() bool { return running() && logged() > before })
	if out := b.good("cancel", "out"); !strings.Contains(out, "2 tasks cancelled") {
		t.Error(out)
	}
	s.until(10*time.Second, "the task is gone", func() bool { return b.status().Slurm.Idle() })
	if look := b.status().Slurm; len(look.NoTask) != 1 {
		t.Errorf("%+v", look)
	}
	if out, code := b.run("run", "long.toml", "--out", "out", "--executor", "slurm", "--wait", "--slurm", "extra=--nodelist=n3"); code != 0 || !strings.Contains(out, "report: ") {
		t.Errorf("code %d: %s", code, out)
	}
	<-local
	b.compare("local", "out", 1)
	log, err := os.ReadFile(filepath.Join(b.dir, "out", "logs", job+"_0.log"))
	must(t, err)
	if text := string(log); !strings.Contains(text, "the state is saved; queued again") || !strings.Contains(text, "cancelled, or over its limit; the state is saved") {
		t.Error(text)
	}
	if r := b.resumed("out"); r < 2 {
		t.Errorf("resumed %d times", r)
	}
}

// resumed is how often the only cell of a run was resumed.
func (b built) resumed(run string) int {
	b.t.Helper()
	paths, err := filepath.Glob(filepath.Join(b.dir, run, "cells", "*", "result.json"))
	must(b.t, err)
	if len(paths) != 1 {
		b.t.Fatalf("results: %v", paths)
	}
	text, err := os.ReadFile(paths[0])
	must(b.t, err)
	var r struct {
		ResumedAt []int `json:"resumed_at"`
	}
	must(b.t, json.Unmarshal(text, &r))
	return len(r.ResumedAt)
}

// compare wants the same results in two folders.
func (b built) compare(a, c string, cells int) {
	b.t.Helper()
	want, got := b.numbers(a), b.numbers(c)
	if len(want) != cells {
		b.t.Fatalf("%d cells in %s", len(want), a)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Error(diff)
	}
}
