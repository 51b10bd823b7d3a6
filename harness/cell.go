package harness

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

// cellRun is one cell being run.
type cellRun struct {
	job     *Job
	dir     *store.CellDir
	set     *datasets.Set
	batches *batches
	cadence cadence
	engine  Engine
	tell    func(Event)
	every   time.Duration // between checkpoints
	team    *team.Team    // the cell's threads; nil for one
	spare   *atomic.Int64 // threads that the cell may take over

	keepWeights bool // at the end

	at progress // so far
}

// progress is how far a cell is, and what it carries across an interruption besides its trainer's
// state.
type progress struct {
	step      int
	tally     tally
	resumedAt []int // steps
}

// run runs a cell to its result; an error or panic inside becomes a failed result. Interrupted cells
// have no result, and neither have those that something outside of them hindered: hindered is true
// then, and the next run goes on with the cell. Damaged checkpoints are set aside on the way.
func (r *cellRun) run(ctx context.Context) (result store.Result, hindered bool) {
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
			r.at = progress{}
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
		return r.ended(store.Failed, err.Error()+"; "+goesOn(r.dir)), true
	case err != nil:
		return r.ended(store.Failed, err.Error()), false
	}
	return success(r.job, r.at, o), false
}

// ended is a result without metrics.
func (r *cellRun) ended(status, reason string) store.Result {
	return newResult(r.job, r.at, status, reason)
}

// setAside moves what is damaged out of the way and says so.
func (r *cellRun) setAside(bad *store.Damaged) error {
	aside, err := bad.SetAside()
	if err != nil {
		return fmt.Errorf("%w; it cannot be moved away: %w", bad, err)
	}
	e := newEvent(r.job, r.at, Noticed, nil)
	e.Reason = fmt.Sprintf("%v; kept as %s", bad, aside)
	r.tell(e)
	return r.dir.Log(e.Reason)
}

// outcome trains what there is to train and measures it.
func (r *cellRun) outcome(ctx context.Context) (*outcome, error) {
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
func (r *cellRun) config() part.Config { return configOf(r.job, r.batches, r.team) }

// configOf is what a job's trainer is built from; the team may be nil.
func configOf(j *Job, b *batches, t *team.Team) part.Config {
	cfg := j.Cell.Config()
	cfg.Team, cfg.Order = t, b.indices
	return cfg
}
