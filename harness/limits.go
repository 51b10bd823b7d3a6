package harness

import (
	"context"
	"fmt"
	"time"
)

// limits are what the cells of a run may take.
type limits struct {
	gate   *gate
	needs  map[string]Need // by the folder of a cell; none where nothing is limited
	budget int64           // bytes of all cells at a time; 0 for no limit
	by     string          // what limits them
	time   time.Duration   // of a cell; 0 for no limit
}

// newLimits finds what there is and what the cells need of it.
func newLimits(todo []Job, o Options) *limits {
	l := &limits{needs: map[string]Need{}, time: o.MaxTime, by: "--max-memory"}
	limit := o.MaxMemory
	if limit == 0 {
		limit, l.by = Available()
	}
	if limit > 0 {
		l.budget = budgetOf(limit, imagesOf(todo, o.Data))
		for i, n := range Needs(todo, o.Engine, o.Data) {
			l.needs[todo[i].Dir] = n
		}
	}
	l.gate = newGate(l.budget)
	return l
}

// imagesOf is what the data sets of the jobs hold, in bytes.
func imagesOf(jobs []Job, data *Library) (n int64) {
	seen := map[string]bool{}
	for i := range jobs {
		set, err := data.Open(jobs[i].Cell.Data())
		if err != nil || seen[set.Fingerprint] { // a set that is gone its cell will say
			continue
		}
		seen[set.Fingerprint] = true
		n += set.Bytes()
	}
	return n
}

// enter waits for room for a cell; what it returns makes that free again. One that is too large
// waits for nothing.
func (l *limits) enter(ctx context.Context, j *Job) (leave func()) {
	if l.refusal(j) != "" {
		return func() {}
	}
	return l.gate.enter(ctx, l.needs[j.Dir].Total())
}

// refusal says why a cell cannot run, "" where it can.
func (l *limits) refusal(j *Job) string { return tooLarge(l.needs[j.Dir], l.budget, l.by) }

// said is what people should know of a run of some workers at a time: where there is not memory for
// as many cells.
func (l *limits) said(workers int) string {
	var most int64
	for _, n := range l.needs {
		if t := n.Total(); t <= l.budget {
			most = max(most, t)
		}
	}
	if l.budget == 0 || most == 0 || int64(workers)*most <= l.budget {
		return ""
	}
	return fmt.Sprintf("cells need up to %s of memory, and there are %s for them (%s): %d at a time, not %d", gigabytes(most), gigabytes(l.budget), l.by, l.budget/most, workers)
}

// within is a cell's context, which ends when its time is over.
func (l *limits) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.time <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, l.time, fmt.Errorf("over its time: longer than --max-time %v", l.time))
}

// overTime says where a cell came in its time.
func (r *cellRun) overTime(cause error) string {
	return fmt.Sprintf("%v, at step %d of %d; the checkpoint is kept, and --retry-failed goes on from it for as long again", cause, r.at.step, r.cadence.total())
}
