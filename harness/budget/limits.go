package budget

import (
	"context"
	"fmt"
	"time"

	"protobench/datasets"
	"protobench/harness/cell"
)

// Limits are what the cells of a run may take, of memory and of time.
type Limits struct {
	gate   *gate
	needs  map[string]cell.Need // by the folder of a cell; none where nothing is limited
	budget int64                // bytes of all cells at a time; 0 for no limit
	by     string               // what limits them
	time   time.Duration        // of a cell; 0 for no limit
}

// NewLimits finds what there is and what the cells need of it. memory is what the process may take in
// bytes: 0 for what there is ([Available]), negative for as much as it takes; most is the time of a
// cell, 0 for as long as it takes.
func NewLimits(todo []cell.Job, e cell.Engine, data *datasets.Library, memory int64, most time.Duration) *Limits {
	l := &Limits{needs: map[string]cell.Need{}, time: most, by: "--max-memory"}
	if memory == 0 {
		memory, l.by = Available()
	}
	if memory > 0 {
		l.budget = budgetOf(memory, imagesOf(todo, data))
		for i, n := range Needs(todo, e, data) {
			l.needs[todo[i].Dir] = n
		}
	}
	l.gate = newGate(l.budget)
	return l
}

// imagesOf is what the data sets of the jobs hold, in bytes.
func imagesOf(jobs []cell.Job, data *datasets.Library) (n int64) {
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

// Enter waits for room for a cell; what it returns makes that free again. One that is too large
// waits for nothing.
func (l *Limits) Enter(ctx context.Context, j *cell.Job) (leave func()) {
	if l.Refusal(j) != "" {
		return func() {}
	}
	return l.gate.enter(ctx, l.needs[j.Dir].Total())
}

// Refusal says why a cell cannot run, "" where it can.
func (l *Limits) Refusal(j *cell.Job) string { return tooLarge(l.needs[j.Dir], l.budget, l.by) }

// Said is what people should know of a run of some workers at a time: where there is not memory for
// as many cells.
func (l *Limits) Said(workers int) string {
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

// Within is a cell's context, which ends when its time is over.
func (l *Limits) Within(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.time <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, l.time, fmt.Errorf("over its time: longer than --max-time %v", l.time))
}
