package cell

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/methods/part"
)

// Setup is what a cell is run with. But for engine and data none of it changes a number.
type Setup struct {
	Engine      Engine
	Data        *datasets.Library
	Tell        func(Event)
	Every       time.Duration // between checkpoints
	Team        *team.Team    // the cell's threads; nil for one
	Spare       *atomic.Int64 // threads that the cell may take over
	KeepWeights bool          // at the end
}

// Run is one cell being run.
type Run struct {
	job     *Job
	dir     *store.CellDir
	set     *datasets.Set
	batches *batches
	cadence cadence
	with    Setup
	at      Progress // so far
}

// New readies a job's cell to be run in its folder.
func New(j *Job, dir *store.CellDir, s Setup) (*Run, error) {
	set, b, err := batchesOf(s.Data, j, s.Team)
	if err != nil {
		return nil, err
	}
	return &Run{job: j, dir: dir, set: set, batches: b, cadence: newCadence(&j.Cell), with: s}, nil
}

// Progress is how far the cell has come.
func (r *Run) Progress() Progress { return r.at }

// Progress is how far a cell is, and what it carries across an interruption besides its trainer's
// state.
type Progress struct {
	step      int
	tally     tally
	resumedAt []int // steps
}

// Do runs the cell to its result; an error or panic inside becomes a failed result. Interrupted cells
// have no result, and neither have those that something outside of them hindered: hindered is true
// then, and the next run goes on with the cell. Damaged checkpoints are set aside on the way.
func (r *Run) Do(ctx context.Context) (result store.Result, hindered bool) {
	defer func() {
		if p := recover(); p != nil {
			_ = r.dir.Log(fmt.Sprintf("panic: %v\n%s", p, debug.Stack())) // the result carries the reason anyway
			result = r.ended(store.Failed, fmt.Sprintf("panic: %v", p))
		}
	}()
	o, err := r.outcome(ctx)
	var bad *store.Damaged
	for errors.As(err, &bad) {
		if err = r.setAside(bad); err == nil {
			r.at = Progress{}
			o, err = r.outcome(ctx)
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return r.ended(store.Interrupted, context.Cause(ctx).Error()), false
	case errors.Is(err, context.DeadlineExceeded):
		return r.ended(store.Failed, r.overTime(context.Cause(ctx))), false
	case diverged(err):
		return r.ended(store.Diverged, err.Error()), false
	case err != nil && passing(err):
		return r.ended(store.Failed, err.Error()+"; "+GoesOn(r.dir)), true
	case err != nil:
		return r.ended(store.Failed, err.Error()), false
	}
	return success(r.job, r.at, o), false
}

// ended is a result without metrics.
func (r *Run) ended(status, reason string) store.Result {
	return newResult(r.job, r.at, status, reason)
}

// setAside moves what is damaged out of the way and says so.
func (r *Run) setAside(bad *store.Damaged) error {
	aside, err := bad.SetAside()
	if err != nil {
		return fmt.Errorf("%w; it cannot be moved away: %w", bad, err)
	}
	e := NewEvent(r.job, r.at, Noticed, nil)
	e.Reason = fmt.Sprintf("%v; kept as %s", bad, aside)
	r.with.Tell(e)
	return r.dir.Log(e.Reason)
}

// outcome trains what there is to train and measures it.
func (r *Run) outcome(ctx context.Context) (*outcome, error) {
	if err := r.dir.Prepare(); err != nil {
		return nil, err
	}
	switch r.job.Cell.Reference {
	case "pixels":
		return r.pixels(ctx)
	case "untrained":
		return r.untrained(ctx)
	case "supervised":
		return r.supervised(ctx)
	}
	return r.arm(ctx)
}

// config is what the cell's trainer is built from.
func (r *Run) config() part.Config { return configOf(r.job, r.batches, r.with.Team) }

// configOf is what a job's trainer is built from; the team may be nil.
func configOf(j *Job, b *batches, t *team.Team) part.Config {
	cfg := j.Cell.Config()
	cfg.Team, cfg.Order = t, b.indices
	return cfg
}

// overTime says where a cell came in its time.
func (r *Run) overTime(cause error) string {
	return fmt.Sprintf("%v, at step %d of %d; the checkpoint is kept, and --retry-failed goes on from it for as long again", cause, r.at.step, r.cadence.total())
}
