package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"protobench/harness/store"
	"protobench/internal/team"
)

// Options say how a plan is run; none of them changes a number.
type Options struct {
	Jobs            int           // cells at a time, at least 1
	Threads         int           // shared by the cells that run, each has at least one
	RetryFailed     bool          // run failed cells again, from their checkpoint where there is one
	FailFast        bool          // stop at the first failed cell
	CheckpointEvery time.Duration // between checkpoints of a cell
	Version         string        // of the program, for provenance
	Engine          Engine
	Data            *Library
	Tell            func(Event) // hears what happens, one event at a time
}

// Summary says how a run ended.
type Summary struct {
	Done        int      `json:"done"`        // cells with a result now: ok, collapsed or diverged
	Failed      []string `json:"failed"`      // "cell: reason", of this run and of earlier ones
	Interrupted int      `json:"interrupted"` // cells stopped or not reached
}

// Run runs the jobs that have no result yet, out of a plan that is frozen
// first. One cell's failure leaves the others alone. When ctx ends, running
// cells save their state and the summary counts what is left.
func Run(ctx context.Context, p *Plan, jobs []Job, dir string, o Options) (s Summary, err error) {
	d, err := store.Create(dir)
	if err != nil {
		return s, err
	}
	release, err := d.Lock()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if _, err := d.Freeze(p.Record()); err != nil {
		return s, err
	}
	jobs = Distinct(jobs)
	x := &executor{options: o, name: p.Sweep.Name, dir: d, total: len(jobs), keepWeights: p.Sweep.KeepsWeights}
	todo := x.pending(jobs)
	x.announce(todo)
	x.all(ctx, todo)
	x.tell(Event{Kind: x.ending()})
	return x.summary, nil
}

type executor struct {
	options Options
	name    string
	dir     *store.Dir
	total   int

	keepWeights bool // of finished cells

	spare atomic.Int64 // threads of workers that have no cell left

	mu      sync.Mutex
	summary Summary
}

// tell passes an event on, with the counts of the moment.
func (x *executor) tell(e Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.Done, e.Total = x.summary.Done, x.total
	if x.options.Tell != nil {
		x.options.Tell(e)
	}
}

func (x *executor) folder(j *Job) *store.CellDir {
	return x.dir.Cell(j.record(x.name))
}

// ending says whether anything is left to do.
func (x *executor) ending() string {
	if x.summary.Interrupted > 0 {
		return Stopped
	}
	return Finished
}

// announce tells how many steps lie ahead.
func (x *executor) announce(todo []Job) {
	steps := 0
	for i := range todo {
		steps += todo[i].Cell.Steps()
	}
	x.tell(Event{Kind: Planned, Steps: steps})
}

// all runs the jobs in order on a few workers.
func (x *executor) all(ctx context.Context, todo []Job) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := make(chan *Job)
	var workers sync.WaitGroup
	count := max(1, min(x.options.Jobs, len(todo)))
	for i := range count {
		workers.Go(func() {
			threads := max(1, (i+1)*x.options.Threads/count-i*x.options.Threads/count)
			for j := range queue {
				x.one(ctx, j, threads, stop)
			}
			x.spare.Add(int64(threads))
		})
	}
	for i := range todo {
		queue <- &todo[i]
	}
	close(queue)
	workers.Wait()
}

// one runs a job to its result and keeps the books.
func (x *executor) one(ctx context.Context, j *Job, threads int, stop func()) {
	if ctx.Err() != nil {
		x.book(j, store.Result{Outcome: store.Outcome{Status: store.Interrupted}})
		return
	}
	t := team.New(threads)
	defer x.dismiss(t, threads)
	dir := x.folder(j)
	r, at := x.attempt(ctx, j, dir, t)
	r.Provenance.Version = x.options.Version
	if err := x.write(dir, r); err != nil {
		r.Outcome = unwritten(r.Outcome, err)
	}
	x.book(j, r)
	if x.options.FailFast && r.Outcome.Status == store.Failed {
		stop()
	}
	ended := newEvent(j, at, Ended, r.Metrics)
	ended.Status, ended.Reason = r.Outcome.Status, r.Outcome.Reason
	x.tell(ended)
}

// dismiss ends a cell's team. What it took over beside its worker's own threads others may take
// again.
func (x *executor) dismiss(team *team.Team, own int) {
	team.Close()
	x.spare.Add(int64(team.Threads() - own))
}

// unwritten is the outcome of a cell whose result could not be written. Why it failed before that
// stays first.
func unwritten(o store.Outcome, err error) store.Outcome {
	reason := fmt.Sprintf("result not written: %v; the next run goes on from the checkpoint", err)
	if o.Status == store.Failed {
		reason = o.Reason + "; " + reason
	}
	return store.Outcome{Status: store.Failed, Reason: reason, Epoch: o.Epoch}
}

// attempt runs a job to its result, and says how far it came.
func (x *executor) attempt(ctx context.Context, j *Job, dir *store.CellDir, t *team.Team) (store.Result, progress) {
	r, err := x.newRun(j, dir, t)
	if err != nil {
		return newResult(j, progress{}, store.Failed, err.Error()), progress{}
	}
	x.tell(newEvent(j, progress{}, Started, nil))
	result := r.run(ctx)
	return result, r.at
}

// newRun readies a job.
func (x *executor) newRun(j *Job, dir *store.CellDir, t *team.Team) (*cellRun, error) {
	set, b, err := x.options.Data.batches(j, t)
	if err != nil {
		return nil, err
	}
	return &cellRun{
		job: j, dir: dir, set: set, batches: b, cadence: newCadence(&j.Cell), engine: x.options.Engine, tell: x.tell,
		every: x.options.CheckpointEvery, team: t, spare: &x.spare, keepWeights: x.keepWeights,
	}, nil
}

// write ends a cell on disk. An interrupted one keeps its checkpoint and gets no result; a failed
// one keeps it too, for a retry to go on from, and so does a diverged one: the last that was good.
func (x *executor) write(dir *store.CellDir, r store.Result) error {
	if r.Outcome.Status == store.Interrupted {
		return nil
	}
	if err := dir.WriteResult(r); err != nil {
		return err
	}
	note := r.Outcome.Status + ": " + r.Outcome.Reason
	if s := r.Outcome.Status; s != store.Failed && s != store.Diverged {
		err := dir.RemoveCheckpoint()
		if err == nil {
			return nil
		}
		note = "checkpoint left behind: " + err.Error()
	}
	_ = dir.Log(note) // the result stands, with its reason
	return nil
}

func (x *executor) book(j *Job, r store.Result) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch r.Outcome.Status {
	case store.Failed:
		x.summary.Failed = append(x.summary.Failed, j.Dir+": "+r.Outcome.Reason)
	case store.Interrupted:
		x.summary.Interrupted++
	default:
		x.summary.Done++
	}
}
