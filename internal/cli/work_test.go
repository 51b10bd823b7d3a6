//go:build unix

package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
)

const oneCell = `
name = "one"
references = false
[data]
train = 40
test = 20
[encoder]
width = 2
depth = 1
stem_stride = 2
hidden = 8
dim = 8
[train]
epochs = 1
batch = 8
[prototypes]
count = 8
[[method]]
name = "dino"
`

// planned is a run directory with the only cell of a sweep, and what a task of it needs.
func planned(t *testing.T) (c workCommand, p *harness.Plan, f *slurm.Frozen, data *datasets.Library) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	data = datasets.OpenUntil(t.Context())
	p, err := harness.NewPlan("one.toml", oneCell, harness.Catalogue(), data)
	must(t, err)
	program := filepath.Join(t.TempDir(), "program")
	must(t, os.WriteFile(program, []byte("x"), 0o700))
	_, err = harness.Delegate(p, p.Jobs, dir, harness.Options{}, func(d *store.Dir, jobs []cell.Job) error {
		f, err = slurm.Freeze(d, program, "", folders(jobs))
		return err
	})
	must(t, err)
	return workCommand{Dir: dir, Threads: 1, Checkpoint: interval(time.Minute), Restarts: 2, Limit: "5", every: 10 * time.Millisecond}, p, f, data
}

// signalled is a context that a signal has ended.
func signalled(t *testing.T, s os.Signal) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(console.Stopped{By: s})
	return ctx
}

func result(t *testing.T, c workCommand, p *harness.Plan) (store.Result, bool) {
	t.Helper()
	d, err := store.Open(c.Dir)
	must(t, err)
	r, found, err := d.Cell(store.PlanCell{Dir: p.Jobs[0].Dir, Cell: p.Jobs[0].Identity()}).Result()
	must(t, err)
	return r, found
}

func code(err error) int {
	var e console.ExitError
	if errors.As(err, &e) {
		return e.Code
	}
	return -1
}

// A cell that does no step within a task's limit fails and names it, rather than being tried for
// ever; one that is pre-empted is not at fault.
func TestATaskWithoutTimeFails(t *testing.T) {
	c, p, f, data := planned(t)
	var out strings.Builder
	w := &console.Console{Out: &out, Err: &out}
	for _, name := range []string{"squeue", "scontrol"} { // a cluster on which every task runs
		must(t, os.WriteFile(filepath.Join(filepath.Dir(c.Dir), name), []byte("#!/bin/sh\necho RUNNING\necho "+name+" $* >> $0.calls\n"), 0o700))
	}
	t.Setenv("PATH", filepath.Dir(c.Dir)+":"+os.Getenv("PATH"))
	here := &slurm.Here{Job: "7", Index: 0}
	err := c.attempt(signalled(t, syscall.SIGTERM), w, here, f, p, data)
	if code(err) != console.Interrupted || !strings.Contains(err.Error(), "stopped by SIGTERM: the state is saved; queued again") {
		t.Error(err)
	}
	if calls, err := os.ReadFile(filepath.Join(filepath.Dir(c.Dir), "scontrol.calls")); err != nil || string(calls) != "scontrol requeue 7_0\n" {
		t.Errorf("%s %v", calls, err)
	}
	if _, found := result(t, c, p); found {
		t.Error("a pre-empted cell has a result")
	}
	here.Restarts = 2
	if err = c.attempt(signalled(t, syscall.SIGTERM), w, here, f, p, data); code(err) != console.Failed || !strings.Contains(err.Error(), "started again 2 times already") {
		t.Error(err)
	}
	err = c.attempt(signalled(t, syscall.SIGUSR1), w, here, f, p, data)
	if code(err) != console.Failed || !strings.Contains(err.Error(), `no step was done within the time limit of a task (slurm.time = "5")`) {
		t.Error(err)
	}
	if r, found := result(t, c, p); !found || r.Outcome.Status != store.Failed || !strings.Contains(r.Outcome.Reason, "time limit") {
		t.Errorf("%+v", r.Outcome)
	}
}

// The task that takes the place of one that Slurm has lost sight of waits for as long as that one
// lives, and takes over then. A first one leaves the cell to whoever has it.
func TestATaskWaitsForItsPredecessor(t *testing.T) {
	c, p, f, data := planned(t)
	d, err := store.Open(c.Dir)
	must(t, err)
	dir := d.Cell(store.PlanCell{Dir: p.Jobs[0].Dir})
	claim, err := dir.Claim()
	must(t, err)
	var out strings.Builder
	w := &console.Console{Out: &out, Err: &out}
	here := &slurm.Here{Job: "7", Index: 0}
	if err := c.attempt(t.Context(), w, here, f, p, data); err != nil || !strings.Contains(out.String(), "another process runs it; left to that one") {
		t.Errorf("%v, %s", err, out.String())
	}
	if _, found := result(t, c, p); found {
		t.Error("a cell was run that another process has")
	}
	here.Restarts = 1
	released := make(chan error, 1)
	time.AfterFunc(300*time.Millisecond, func() { released <- claim.Release() })
	if err := c.attempt(t.Context(), w, here, f, p, data); err != nil || !strings.Contains(out.String(), "waiting for process") {
		t.Errorf("%v, %s", err, out.String())
	}
	must(t, <-released)
	if r, found := result(t, c, p); !found || r.Outcome.Status == store.Failed {
		t.Errorf("%+v", r.Outcome)
	}
	if log := slurm.LastLog(dir); log != filepath.Join(f.Run, "logs", "7_0.log") {
		t.Errorf("log %q", log)
	}
}

// Of several cells one that fails leaves the others alone; the exit code says that one did.
func TestWorkGoesOnAfterAFailedCell(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	data := datasets.OpenUntil(t.Context())
	p, err := harness.NewPlan("two.toml", strings.Replace(oneCell, "references", "seeds = 2\nreferences", 1), harness.Catalogue(), data)
	must(t, err)
	_, err = harness.Delegate(p, p.Jobs, dir, harness.Options{}, func(*store.Dir, []cell.Job) error { return nil })
	must(t, err)
	first, second := p.Jobs[0], p.Jobs[1]
	must(t, os.MkdirAll(filepath.Join(dir, "cells"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "cells", first.Dir), []byte("in the way"), 0o600))
	var out strings.Builder
	c := workCommand{Dir: dir, Threads: 1, Checkpoint: interval(time.Minute), Cells: []string{first.Dir, second.Dir}}
	if err := c.Run(t.Context(), &console.Console{Out: &out, Err: &out}); code(err) != console.Failed || !strings.Contains(err.Error(), first.Dir) {
		t.Errorf("%v", err)
	}
	d, err := store.Open(dir)
	must(t, err)
	if r, found, err := d.Cell(store.PlanCell{Dir: second.Dir, Cell: second.Identity()}).Result(); err != nil || !found || r.Outcome.Status == store.Failed {
		t.Errorf("the second cell: %+v, %v", r.Outcome, err)
	}
}

// TestAReportThatCannotBeWrittenIsAFailure, whoever is to write it, and does not hide what else is.
func TestAReportThatCannotBeWrittenIsAFailure(t *testing.T) {
	dir := t.TempDir()
	p, err := harness.NewPlan("one.toml", oneCell, harness.Catalogue(), datasets.OpenUntil(t.Context()))
	must(t, err)
	_, err = harness.Delegate(p, p.Jobs, dir, harness.Options{}, func(*store.Dir, []cell.Job) error { return nil })
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "report"), []byte("in the way"), 0o600))
	var out strings.Builder
	w := &console.Console{Out: &out, Err: &out}
	err = workCommand{Dir: dir, Report: true}.Run(t.Context(), w)
	if code(err) != console.Failed || !strings.Contains(err.Error(), "`protobench report "+dir+"` writes it") {
		t.Errorf("the report behind tasks: %d, %v", code(err), err)
	}
	q := &slurm.Queue{NoTask: []string{p.Jobs[0].Dir}}
	err = runCommand{}.afterTasks(w, dir, 0, q)
	if code(err) != console.Failed || !strings.Contains(err.Error(), p.Jobs[0].Dir) || !strings.Contains(err.Error(), "no report") {
		t.Errorf("a run that waits: %d, %v", code(err), err)
	}
}
