package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/cli/results"
	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/kernel"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/reports"
)

type runCommand struct {
	sweepArgument
	selection
	executorFlags
	Out         string        `placeholder:"DIR" help:"Folder of the results (results/NAME)."`
	Jobs        atATime       `short:"j" placeholder:"N" default:"auto" help:"Cells at a time, at least 1, or auto: one per CPU, as far as the memory goes."`
	MaxMemory   byteSize      `placeholder:"SIZE" help:"Memory that all cells may take together with their images, e.g. 4GB (what the machine, its control groups and ulimit leave)."`
	MaxTime     time.Duration `placeholder:"TIME" help:"Time that a cell may take, e.g. 90m; one that takes longer fails and keeps its checkpoint."`
	Checkpoint  interval      `placeholder:"TIME" default:"30s" help:"Save a cell's state at least so often: a kill costs no more than this (30s)."`
	RetryFailed bool          `help:"Run failed cells again."`
	Reuse       []string      `placeholder:"DIR" help:"Take over cells that other runs have finished: run directories, or folders of them, such as results."`
	FailFast    bool          `help:"Stop at the first failed cell."`
	FailOn      string        `enum:"failed,diverged" default:"failed" help:"Exit with 1 when cells failed, or when any failed or diverged: failed or diverged (failed)."`
	DryRun      bool          `help:"Show the plan and do nothing."`
	JSON        bool          `name:"json" help:"One JSON object per event on standard output."`
}

// Validate refuses flags that make no sense.
func (c runCommand) Validate() error {
	if c.MaxTime < 0 {
		return fmt.Errorf("--max-time %s: expected a time above zero, such as 90m", c.MaxTime)
	}
	return c.check(c.FailFast)
}

// Run plans, runs what is missing and reports.
func (c runCommand) Run(ctx context.Context, w *console.Console) error {
	w.Warn(kernel.Warning())
	data := datasets.OpenUntil(ctx)
	p, jobs, err := selectedJobs(ctx, c.sweepArgument, c.selection, data)
	if err != nil {
		return err
	}
	warnOf(w, jobs)
	if c.DryRun {
		return showPlan(w.Out, p, jobs, nil, c.JSON)
	}
	dir := outOf(c.Out, p)
	if c.Executor == "slurm" {
		return c.submit(ctx, w, p, jobs, dir)
	}
	defer heap.Below(int64(c.MaxMemory))()
	progress := newProgress(w, c.JSON)
	page := keepPage(dir, firstPage, soonestPage)
	summary, err := harness.Run(ctx, p, jobs, dir, harness.Options{
		Jobs: int(c.Jobs), MaxMemory: int64(c.MaxMemory), MaxTime: c.MaxTime, Threads: runtime.GOMAXPROCS(0), RetryFailed: c.RetryFailed, Reuse: c.Reuse, FailFast: c.FailFast, CheckpointEvery: time.Duration(c.Checkpoint),
		Version: version(), Engine: cell.Real(), Data: data,
		Tell: func(e cell.Event) {
			progress.hear(e)
			if e.Kind == cell.Started {
				page.begin()
			}
		},
	})
	page.end()
	if err != nil {
		return err
	}
	if ctx.Err() != nil || summary.Done == 0 { // no report follows
		page.last()
	}
	return c.conclude(ctx, w, dir, summary, len(p.Sweep.Claims))
}

// conclude writes the report and turns the summary into an exit code. What failed is told before
// what may be wrong with the report.
func (c runCommand) conclude(ctx context.Context, w *console.Console, dir string, s harness.Summary, claims int) error {
	w.Warn(s.Twins...)
	w.Warn(changed(dir, s.Change)...)
	if s.Diverged > 0 && c.FailOn != "diverged" {
		w.Warn(divergedText(fmt.Sprintf("%s of %d", wording.Count(s.Diverged, "cell"), s.Done)))
	}
	if ctx.Err() != nil {
		return console.Halted(ctx, fmt.Sprintf(": %s left, the state is saved; the same command goes on", wording.Count(s.Interrupted, "cell")))
	}
	var unwritten error
	if s.Done > 0 {
		unwritten = reportOf(w, dir, c.JSON)
	}
	if err := c.judge(dir, s, unwritten); err != nil || s.Done == 0 || c.JSON {
		return err
	}
	return showNext(w, dir, claims)
}

// reportOf writes the report of a folder; an error names the command that writes it later.
func reportOf(w *console.Console, dir string, asJSON bool) error {
	if err := results.WriteReport(w, dir, asJSON, reports.Options{}); err != nil {
		return fmt.Errorf("no report: %w; `protobench report %s` writes it", err, dir)
	}
	return nil
}

// divergedText says of diverged cells what a reader of the report has to know.
func divergedText(cells string) string {
	return cells + " diverged and have no final metrics (--fail-on diverged makes that exit code 1)"
}

// judge says what failed: cells first, then the report.
func (c runCommand) judge(dir string, s harness.Summary, unwritten error) error {
	var texts []string
	if len(s.Failed) > 0 {
		texts = append(texts, fmt.Sprintf("%s failed:\n  %s\nsee log.txt in their folders, %s; `--retry-failed` runs them again",
			wording.Count(len(s.Failed), "cell"), strings.Join(s.Failed, "\n  "), filepath.Join(dir, "cells")))
	}
	if s.Diverged > 0 && c.FailOn == "diverged" {
		texts = append(texts, wording.Count(s.Diverged, "cell")+" diverged")
	}
	if unwritten != nil {
		texts = append(texts, unwritten.Error())
	}
	return console.Failure(texts)
}

// changed says what the run's plan changed in its folder.
func changed(dir string, c store.Change) []string {
	var out []string
	if c.Damaged != "" {
		out = append(out, fmt.Sprintf("%s; kept as %s, the plan was written anew", c.Damaged, c.Aside))
	}
	if len(c.Left) > 0 {
		var names []string
		for _, left := range c.Left {
			names = append(names, left.Dir)
		}
		out = append(out, fmt.Sprintf("the sweep has changed since %s was planned: %s left the report, which is written over, and %s joined it; "+
			"they stay on disk: %s", dir, wording.Count(len(c.Left), "cell"), wording.Count(len(c.Added), "other"), shortened(names, 5)))
	}
	return out
}

// shortened joins the first names and counts the rest.
func shortened(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// showNext says where to look after a run.
func showNext(w *console.Console, dir string, claims int) error {
	var rows [][]string
	line := func(command, what string) { rows = append(rows, []string{"  protobench " + command, what}) }
	if claims > 0 {
		line("explain "+dir, "judges the sweep's "+wording.Count(claims, "claim"))
	}
	line("best "+metrics.Headline()+" "+dir, "the single cells that keep most prototypes apart and in use")
	line("compare "+dir+" OTHER", "what another run does differently, and what comes of it")
	_, _ = fmt.Fprintln(w.Err, "next:") // the table's own writing reports what is wrong
	return console.Table(w.Err, rows[0], rows[1:])
}
