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

// errDiverged ends a cell whose loss or weights stopped being finite.
var errDiverged = errors.New("diverged")

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

// run runs a cell to its result; an error or panic inside becomes a failed result. Interrupted
// cells have no result.
func (r *cellRun) run(ctx context.Context) (result store.Result) {
	defer func() {
		if p := recover(); p != nil {
			_ = r.dir.Log(fmt.Sprintf("panic: %v\n%s", p, debug.Stack())) // the result carries the reason anyway
			result = r.ended(store.Failed, fmt.Sprintf("panic: %v", p))
		}
	}()
	var unusable *store.Unusable
	o, err := r.outcome(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		return r.ended(store.Interrupted, context.Cause(ctx).Error())
	case errors.Is(err, errDiverged):
		return r.ended(store.Diverged, err.Error())
	case errors.As(err, &unusable):
		return r.ended(store.Failed, r.setAside(unusable))
	case err != nil:
		return r.ended(store.Failed, err.Error())
	}
	return success(r.job, r.at, o)
}

// ended is a result without metrics.
func (r *cellRun) ended(status, reason string) store.Result {
	return newResult(r.job, r.at, status, reason)
}

// setAside moves a checkpoint that is itself at fault out of a retry's way and says so.
func (r *cellRun) setAside(fault *store.Unusable) string {
	path, err := r.dir.SetCheckpointAside()
	if err != nil {
		return fmt.Sprintf("%v; remove %s (%v), then --retry-failed starts the cell again", fault, r.dir.CheckpointPath(), err)
	}
	return fmt.Sprintf("%v; kept as %s, --retry-failed starts the cell again", fault, path)
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
