package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"protobench/harness"
	"protobench/internal/kernel"
)

type runCommand struct {
	sweepArgument
	selection
	Out         string        `placeholder:"DIR" help:"Folder of the results (results/NAME)."`
	Jobs        atATime       `short:"j" placeholder:"N" default:"auto" help:"Cells at a time, at least 1, or auto: one per CPU, as far as the memory goes."`
	MaxMemory   byteSize      `placeholder:"SIZE" help:"Memory that all cells may take together with their images, e.g. 4GB (what the machine, its control groups and ulimit leave)."`
	MaxTime     time.Duration `placeholder:"TIME" help:"Time that a cell may take, e.g. 90m; one that takes longer fails and keeps its checkpoint."`
	Executor    string        `enum:"local" default:"local" help:"Where cells run: ${enum}."`
	RetryFailed bool          `help:"Run failed cells again."`
	FailFast    bool          `help:"Stop at the first failed cell."`
	DryRun      bool          `help:"Show the plan and do nothing."`
	JSON        bool          `name:"json" help:"One JSON object per event on standard output."`
}

// Run plans, runs what is missing and reports.
func (c runCommand) Run(ctx context.Context, w *console) error {
	w.warn(kernel.Warning())
	data := openData(ctx)
	p, err := c.plan(data)
	if err != nil {
		return given(ctx, err)
	}
	jobs, err := c.jobs(p)
	if err != nil {
		return err
	}
	w.warnOf(jobs)
	if c.DryRun {
		return showPlan(w.out, p, jobs, nil, c.JSON)
	}
	dir := c.Out
	if dir == "" {
		dir = filepath.Join("results", p.Sweep.Name)
	}
	progress := newProgress(w, c.JSON)
	summary, err := harness.Run(ctx, p, jobs, dir, harness.Options{
		Jobs: int(c.Jobs), MaxMemory: int64(c.MaxMemory), MaxTime: c.MaxTime, Threads: runtime.GOMAXPROCS(0), RetryFailed: c.RetryFailed, FailFast: c.FailFast, CheckpointEvery: time.Minute,
		Version: version(), Engine: harness.Real(), Data: data, Tell: progress.hear,
	})
	if err != nil {
		return err
	}
	return c.conclude(ctx, w, dir, summary)
}

// conclude writes the report and turns the summary into an exit code.
func (c runCommand) conclude(ctx context.Context, w *console, dir string, s harness.Summary) error {
	if ctx.Err() != nil {
		return exitError{exitInterrupted, fmt.Sprintf("interrupted: %s left, the state is saved; the same command goes on", count(s.Interrupted, "cell"))}
	}
	if s.Done > 0 {
		if err := writeReport(w, dir, c.JSON); err != nil {
			return err
		}
	}
	if len(s.Failed) > 0 {
		return exitError{exitFailed, fmt.Sprintf("%s failed:\n  %s", count(len(s.Failed), "cell"), strings.Join(s.Failed, "\n  "))}
	}
	return nil
}
