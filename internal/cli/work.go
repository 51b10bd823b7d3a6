package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/slurm"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/kernel"
)

// workCommand runs single cells of a plan that is frozen in a folder, beside other processes that
// do the same there. Tasks of a cluster call it, and the lines of plan --commands.
type workCommand struct {
	Dir     string   `arg:"" help:"Folder of a run."`
	Cells   []string `arg:"" optional:"" help:"Cells, by their folders' names."`
	Threads int      `default:"1" help:"Threads of a cell."`

	Checkpoint interval `placeholder:"TIME" default:"30s" help:"Save a cell's state at least so often (30s)."`

	Submission string `placeholder:"NAME" help:"Run the cell of this task of Slurm, as it was submitted."`
	Offset     int    `help:"Of the task's array in the submission's list."`
	Restarts   int    `default:"20" help:"Times that a task may be started again."`
	Limit      string `help:"Time limit of the task, for messages."`
	Report     bool   `help:"Write the report, and say what is missing."`

	every time.Duration // between looks at a cell that another process has; 5 seconds unless a test says otherwise
}

// Validate refuses flags that make no sense.
func (c workCommand) Validate() error {
	switch {
	case c.Threads < 1:
		return fmt.Errorf("--threads %d: expected at least 1", c.Threads)
	case c.Submission == "" && !c.Report && len(c.Cells) == 0:
		return errors.New("expected the folders' names of cells; `protobench plan SWEEP --commands` lists them")
	}
	return nil
}

// Run runs cells, or writes the report behind them.
func (c workCommand) Run(ctx context.Context, w *console.Console) error {
	w.Warn(kernel.Warning())
	switch {
	case c.Report:
		return c.report(ctx, w)
	case c.Submission != "":
		return c.task(ctx, w)
	}
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	frozen, err := d.Plan()
	if err != nil {
		return err
	}
	data := datasets.OpenUntil(ctx)
	var failed []string
	for _, folder := range c.Cells {
		err := c.named(ctx, w, frozen, folder, data)
		var coded console.ExitError
		switch {
		case errors.As(err, &coded) && coded.Code == console.Failed: // which leaves the others alone, as in a run
			failed = append(failed, coded.Text)
		case err != nil:
			return err
		}
	}
	return console.Failure(failed)
}

// named runs a cell by the name of its folder.
func (c workCommand) named(ctx context.Context, w *console.Console, frozen store.Plan, folder string, data *datasets.Library) error {
	p, err := harness.PlanOfCell(filepath.Join(c.Dir, "plan.json"), frozen, folder, data)
	if err != nil {
		return console.Given(ctx, err)
	}
	s, _, err := c.one(ctx, w, p, data)
	if err != nil {
		return err
	}
	return c.ended(ctx, w, p, s)
}

// one runs a plan's only cell; stepped says whether it has come further.
func (c workCommand) one(ctx context.Context, w *console.Console, p *harness.Plan, data *datasets.Library) (s harness.Summary, stepped bool, err error) {
	progress := newProgress(w, false)
	s, err = harness.Work(ctx, p, p.Jobs, c.Dir, harness.Options{
		Jobs: 1, Threads: c.Threads, CheckpointEvery: time.Duration(c.Checkpoint), Version: version(), Engine: cell.Real(), Data: data,
		Tell: func(e cell.Event) {
			stepped = stepped || e.Kind == cell.Stepped
			progress.hear(e)
		},
	})
	return s, stepped, err
}

// ended turns a cell's end into an exit code.
func (c workCommand) ended(ctx context.Context, w *console.Console, p *harness.Plan, s harness.Summary) error {
	w.Warn(s.SetAside...)
	w.Warn(s.Twins...)
	switch {
	case len(s.Failed) > 0:
		return console.Failure(s.Failed)
	case ctx.Err() != nil:
		return console.Halted(ctx, ": the state is saved; the same command goes on")
	case s.Interrupted > 0:
		_, err := fmt.Fprintf(w.Err, "%s: another process runs it; left to that one\n", p.Jobs[0].Dir)
		return err
	}
	return nil
}

// task runs the cell of the task of Slurm that this process is.
func (c workCommand) task(ctx context.Context, w *console.Console) error {
	h, err := slurm.Inside()
	if err == nil && h == nil {
		err = errors.New("--submission: not inside of a task of Slurm; name the cells, as `protobench plan SWEEP --commands` does")
	}
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	f, folder, err := c.frozen(program, c.Offset+h.Index)
	if err != nil {
		return err
	}
	if h.Restarts > c.Restarts {
		return console.Exit(console.Failed, fmt.Sprintf("%s: started again %d times, of which %d are allowed (slurm.restarts): given up; the next submission goes on", folder, h.Restarts, c.Restarts))
	}
	if h.Threads > 0 {
		c.Threads = h.Threads
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(h.Threads)) // the node's other processors are not ours
	}
	frozen, err := f.ReadPlan(c.Dir)
	if err != nil {
		return err
	}
	data := datasets.OpenUntil(ctx)
	p, err := harness.PlanOfCell(filepath.Join(c.Dir, f.Plan.File), frozen, folder, data)
	switch {
	case err != nil && ctx.Err() != nil:
		return c.again(ctx, w, h, f, folder)
	case err != nil:
		return err
	}
	return c.attempt(ctx, w, h, f, p, data)
}

// frozen is the submission and the cell of an index of its list.
func (c workCommand) frozen(program string, index int) (*slurm.Frozen, string, error) {
	f, err := slurm.Read(c.Dir, c.Submission)
	if err != nil {
		return nil, "", err
	}
	if err := f.Check(c.Dir, program); err != nil {
		return nil, "", err
	}
	folder, err := f.Cell(index)
	return f, folder, err
}

// attempt runs the cell as a task. One that was started again waits for its predecessor where that
// one still says that it lives, as on a node that Slurm has lost sight of.
func (c workCommand) attempt(ctx context.Context, w *console.Console, h *slurm.Here, f *slurm.Frozen, p *harness.Plan, data *datasets.Library) error {
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	dir := d.Cell(store.PlanCell{Dir: p.Jobs[0].Dir})
	if err := h.Note(f.Run, dir); err != nil {
		return err
	}
	for {
		s, stepped, err := c.one(ctx, w, p, data)
		if err != nil {
			return err
		}
		by, _ := dir.Claimant()
		switch {
		case ctx.Err() != nil && s.Interrupted > 0:
			return c.giveWay(ctx, w, h, f, p, stepped)
		case s.Interrupted == 0 || !by.Live || h.Restarts == 0:
			return c.ended(ctx, w, p, s)
		}
		if _, err := fmt.Fprintf(w.Err, "%s: waiting for %s\n", p.Jobs[0].Dir, by.Owner); err != nil {
			return err
		}
		c.watch(ctx, dir)
	}
}

// watch returns once a cell is not run by another process any more.
func (c workCommand) watch(ctx context.Context, dir *store.CellDir) {
	every := cmp.Or(c.every, 5*time.Second)
	for {
		if by, _ := dir.Claimant(); !by.Live {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// giveWay ends a task that was stopped, with its state saved: it is queued again, unless that would
// lead nowhere.
func (c workCommand) giveWay(ctx context.Context, w *console.Console, h *slurm.Here, f *slurm.Frozen, p *harness.Plan, stepped bool) error {
	folder := p.Jobs[0].Dir
	if !console.OverLimit(ctx) || stepped {
		return c.again(ctx, w, h, f, folder)
	}
	reason := fmt.Sprintf("no step was done within the time limit of a task (slurm.time = %q); raise it", c.Limit)
	return errors.Join(harness.GiveUp(p, c.Dir, reason, version()), console.Exit(console.Failed, folder+": "+reason))
}

// again has a stopped task queued again, up to the limit of restarts.
func (c workCommand) again(ctx context.Context, w *console.Console, h *slurm.Here, f *slurm.Frozen, folder string) error {
	if h.Restarts >= c.Restarts {
		return console.Exit(console.Failed, fmt.Sprintf("%s: the state is saved; started again %d times already (slurm.restarts): given up; the next submission goes on", folder, h.Restarts))
	}
	asking, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	queued, err := slurm.NewClient(f.Cluster).Requeue(asking, h)
	switch {
	case err != nil:
		w.Warn(err.Error())
		return console.Halted(ctx, ": the state is saved; the next submission goes on")
	case !queued:
		return console.Halted(ctx, ": cancelled, or over its limit; the state is saved, and the next submission goes on")
	}
	return console.Halted(ctx, ": the state is saved; queued again")
}

// report writes the report behind all tasks and fails where cells are not in it.
func (c workCommand) report(ctx context.Context, w *console.Console) error {
	unwritten := reportOf(w, c.Dir, false)
	d, err := store.Open(c.Dir)
	if err != nil {
		return errors.Join(unwritten, err)
	}
	q, err := slurm.Look(ctx, d)
	if err != nil {
		return errors.Join(unwritten, err)
	}
	return unfinished(cmp.Or(q, &slurm.Queue{}), false, unwritten)
}
