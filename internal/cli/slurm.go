package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
)

// executorFlags say where cells run.
type executorFlags struct {
	Executor string   `enum:"local,slurm" default:"local" help:"Where cells run: ${enum}; slurm queues them as tasks of a cluster and ends."`
	Slurm    []string `sep:"none" placeholder:"KEY=VALUE" help:"With --executor slurm: ask the cluster for something, as the sweep's [slurm] does, e.g. --slurm partition=short --slurm time=2:00:00."`
	Wait     bool     `help:"With --executor slurm: wait until no task is left, and show the report."`
}

func (f executorFlags) check(failFast bool) error {
	switch {
	case f.Executor != "slurm" && (f.Wait || len(f.Slurm) > 0):
		return errors.New("--slurm and --wait go with --executor slurm")
	case f.Executor == "slurm" && failFast:
		return errors.New("--fail-fast goes with --executor local: tasks of a cluster do not know of each other; `protobench cancel DIR` ends them")
	}
	return nil
}

// submitted is a submission as --json prints it.
type submitted struct {
	Event string `json:"event"`
	slurm.Submission
	Done   int      `json:"done"`
	Failed []string `json:"failed,omitempty"` // before; not run again without --retry-failed
}

// submit queues the cells that have no result as tasks of a cluster.
func (c runCommand) submit(ctx context.Context, w *console.Console, p *harness.Plan, jobs []cell.Job, dir string) error {
	settings, err := p.Sweep.Slurm.With(c.Slurm)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	w.Warn(unshared(dir))
	if c.MaxTime > 0 || c.MaxMemory > 0 || c.Jobs > 0 {
		w.Warn("--max-time, --max-memory and --jobs hold for local runs; a task's limits are [slurm] time, mem and throttle")
	}
	line := submitted{Event: "submitted"}
	todo := 0
	progress := newProgress(w, c.JSON)
	options := harness.Options{RetryFailed: c.RetryFailed, Reuse: c.Reuse, Tell: func(e cell.Event) {
		if e.Kind == cell.Reused { // what is set aside is told at the end
			progress.hear(e)
		}
	}}
	s, err := harness.Delegate(p, jobs, dir, options, func(d *store.Dir, jobs []cell.Job) error {
		if todo = len(jobs); todo == 0 {
			return nil
		}
		f, err := slurm.Freeze(d, program, settings.Cluster, folders(harness.Distinct(p.Jobs)))
		if err != nil {
			return err
		}
		line.Submission, err = slurm.Submit(ctx, f, settings, folders(jobs), "--checkpoint="+time.Duration(c.Checkpoint).String())
		return err
	})
	if err != nil {
		return console.Given(ctx, err)
	}
	if todo == 0 {
		return c.conclude(ctx, w, dir, s, len(p.Sweep.Claims))
	}
	w.Warn(changed(dir, s.Change)...)
	w.Warn(s.SetAside...)
	line.Done, line.Failed = s.Done+line.Ended, s.Failed
	if err := c.tellSubmitted(w, dir, line); err != nil {
		return err
	}
	if c.Wait {
		return c.await(ctx, w, dir, len(p.Sweep.Claims))
	}
	return leftOut(line)
}

// folders are the jobs' folders, which name cells.
func folders(jobs []cell.Job) []string {
	out := make([]string, len(jobs))
	for i := range jobs {
		out[i] = jobs[i].Dir
	}
	return out
}

// tellSubmitted says what is in the queue.
func (c runCommand) tellSubmitted(w *console.Console, dir string, s submitted) error {
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(s)
	}
	text := fmt.Sprintf("%s: %s queued as %s (job %s)", dir, wording.Count(s.Queued, "cell"), s.Name, strings.Join(s.Jobs, ", "))
	if s.Queued == 0 {
		text = dir + ": nothing new is queued"
	}
	if s.Live > 0 {
		text += fmt.Sprintf(", %s in the queue already", wording.Count(s.Live, "cell"))
	}
	if s.Done > 0 {
		text += fmt.Sprintf(", %s done", wording.Count(s.Done, "cell"))
	}
	if s.Report != "" {
		text += fmt.Sprintf("\njob %s writes the report once they have ended", s.Report)
	}
	if _, err := fmt.Fprintln(w.Out, text); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w.Err, "next:\n  protobench status %s\n  protobench cancel %s\n", dir, dir)
	return err
}

// leftOut is the failure of a submission that leaves cells out.
func leftOut(s submitted) error {
	var parts []string
	if s.Refusal != "" && len(s.NotQueued) > 0 {
		parts = append(parts, fmt.Sprintf("%s not queued, since %s:\n  %s\nthe same command queues them later", wording.Count(len(s.NotQueued), "cell"), s.Refusal, strings.Join(s.NotQueued, "\n  ")))
	} else if s.Refusal != "" {
		parts = append(parts, s.Refusal)
	}
	if len(s.Failed) > 0 {
		parts = append(parts, fmt.Sprintf("%s failed before:\n  %s", wording.Count(len(s.Failed), "cell"), strings.Join(s.Failed, "\n  ")))
	}
	return console.Failure(parts)
}
