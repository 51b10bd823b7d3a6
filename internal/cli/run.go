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
	"protobench/metrics"
)

type runCommand struct {
	sweepArgument
	selection
	executorFlags
	Out         string `placeholder:"DIR" help:"Folder of the results (results/NAME)."`
	Jobs        int    `short:"j" placeholder:"N" default:"${cpus}" help:"Cells at a time, at least 1 (one per CPU)."`
	RetryFailed bool   `help:"Run failed cells again."`
	FailFast    bool   `help:"Stop at the first failed cell."`
	DryRun      bool   `help:"Show the plan and do nothing."`
	JSON        bool   `name:"json" help:"One JSON object per event on standard output."`
}

// Validate refuses flags that make no sense.
func (c runCommand) Validate() error {
	if c.Jobs < 1 {
		return fmt.Errorf("-j %d: expected at least 1", c.Jobs)
	}
	return c.check()
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
	dir := outOf(c.Out, p)
	if c.Executor == "slurm" {
		return c.submit(ctx, w, p, jobs, dir)
	}
	progress := newProgress(w, c.JSON)
	summary, err := harness.Run(ctx, p, jobs, dir, harness.Options{
		Jobs: c.Jobs, Threads: runtime.GOMAXPROCS(0), RetryFailed: c.RetryFailed, FailFast: c.FailFast, CheckpointEvery: time.Minute,
		Version: version(), Engine: harness.Real(), Data: data, Tell: progress.hear,
	})
	if err != nil {
		return err
	}
	return c.conclude(ctx, w, dir, summary, len(p.Sweep.Claims))
}

// conclude writes the report and turns the summary into an exit code.
func (c runCommand) conclude(ctx context.Context, w *console, dir string, s harness.Summary, claims int) error {
	if ctx.Err() != nil {
		return halted(ctx, fmt.Sprintf(": %s left, the state is saved; the same command goes on", count(s.Interrupted, "cell")))
	}
	if s.Done > 0 {
		if err := writeReport(w, dir, c.JSON); err != nil {
			return err
		}
	}
	if len(s.Failed) > 0 {
		return exitError{exitFailed, fmt.Sprintf("%s failed:\n  %s\nsee log.txt in their folders, %s; `--retry-failed` runs them again",
			count(len(s.Failed), "cell"), strings.Join(s.Failed, "\n  "), filepath.Join(dir, "cells"))}
	}
	if s.Done > 0 && !c.JSON {
		return showNext(w, dir, claims)
	}
	return nil
}

// showNext says where to look after a run.
func showNext(w *console, dir string, claims int) error {
	var rows []row
	line := func(command, what string) { rows = append(rows, row{cells: []string{"  protobench " + command, what}}) }
	if claims > 0 {
		line("explain "+dir, "judges the sweep's "+count(claims, "claim"))
	}
	line("best "+metrics.Headline()+" "+dir, "the single cells that keep most prototypes apart and in use")
	line("compare "+dir+" OTHER", "what another run does differently, and what comes of it")
	_, _ = fmt.Fprintln(w.err, "next:") // the table's own writing reports what is wrong
	return table(w.err, rows[0].cells, rows[1:])
}
