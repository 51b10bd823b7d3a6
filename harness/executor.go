package harness

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"protobench/datasets"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/team"
)

// Options say how a plan is run; none of them changes a number.
type Options struct {
	Jobs            int           // cells at a time; 0: as many as there are threads and memory for
	Threads         int           // shared by the cells that run, each has at least one
	RetryFailed     bool          // run failed cells again, from their checkpoint where there is one
	Reuse           []string      // run directories, or folders of them, whose finished cells are taken over
	FailFast        bool          // stop at the first failed cell
	CheckpointEvery time.Duration // between checkpoints of a cell
	MaxMemory       int64         // of the process, bytes; 0: what there is ([budget.Available]), negative: as much as it takes
	MaxTime         time.Duration // of a cell in this run; 0: as long as it takes
	Version         string        // of the program, for provenance
	Engine          cell.Engine
	Data            *datasets.Library
	Tell            func(cell.Event) // hears what happens, one event at a time
}

// Summary says how a run ended.
type Summary struct {
	Done        int          `json:"done"`                // cells with a result now: ok, collapsed or diverged
	Diverged    int          `json:"diverged"`            // of those
	Failed      []string     `json:"failed"`              // "cell: reason", of this run and of earlier ones
	Interrupted int          `json:"interrupted"`         // cells stopped, not reached, or run by another process now
	SetAside    []string     `json:"set_aside,omitempty"` // "cell: what was damaged and where it is kept"
	Change      store.Change `json:"change"`              // what this run's plan changed in the directory
	Twins       []string     `json:"twins,omitempty"`     // "cell: what another process did meanwhile"
}

// Run runs the jobs that have no result yet, out of a plan that is frozen
// first. One cell's failure leaves the others alone. When ctx ends, running
// cells save their state and the summary counts what is left. It has the
// directory for itself: somebody else at work there is a *store.Held.
func Run(ctx context.Context, p *Plan, jobs []cell.Job, dir string, o Options) (s Summary, err error) {
	from, err := othersIn(o.Reuse)
	if err != nil {
		return s, err
	}
	d, lock, change, err := begin(p, dir, (*store.Dir).Lock)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	s, err = perform(ctx, p, jobs, d, lock, o, from)
	s.Change = change
	return s, err
}

// begin makes a plan's directory, takes its lock and freezes the plan there.
func begin(p *Plan, dir string, take func(*store.Dir) (*store.Lock, error)) (*store.Dir, *store.Lock, store.Change, error) {
	d, err := store.Create(dir)
	if err != nil {
		return nil, nil, store.Change{}, err
	}
	lock, err := take(d)
	if err != nil {
		return nil, nil, store.Change{}, err
	}
	change, err := d.Freeze(p.Record())
	if err != nil {
		err = errors.Join(err, lock.Release())
	}
	return d, lock, change, err
}

// Work is Run beside other workers, on this and on other hosts: it takes each cell for itself before
// it runs it, passes over those that others have, and is refused while a run has the directory for
// itself. The plan has to be frozen there.
func Work(ctx context.Context, p *Plan, jobs []cell.Job, dir string, o Options) (s Summary, err error) {
	d, err := store.Open(dir)
	if err != nil {
		return s, err
	}
	lock, err := d.Join()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return perform(ctx, p, jobs, d, lock, o, others{})
}

// perform runs what is missing of the jobs for as long as the lock holds.
func perform(ctx context.Context, p *Plan, jobs []cell.Job, d *store.Dir, lock *store.Lock, o Options, from others) (Summary, error) {
	ctx, stop := lock.Context(ctx)
	defer stop()
	x, todo := readied(ctx, p, jobs, d, o, from)
	x.limits = budget.NewLimits(todo, o.Engine, o.Data, o.MaxMemory, o.MaxTime)
	x.announce(todo)
	x.all(ctx, todo)
	x.tell(cell.Event{Kind: x.ending()})
	if lock.Lost() {
		return x.summary, fmt.Errorf("%s: %w", d.Path(), store.ErrLost)
	}
	return x.summary, nil
}

// readied is the executor of a plan's jobs, and those of them that have to run: that have no result, and
// none to take over.
func readied(ctx context.Context, p *Plan, jobs []cell.Job, d *store.Dir, o Options, from others) (x *executor, todo []cell.Job) {
	jobs = Distinct(jobs)
	x = &executor{options: o, name: p.Sweep.Name, dir: d, total: len(jobs), keepWeights: p.Sweep.KeepsWeights}
	return x, x.reuse(ctx, x.pending(jobs), from)
}

type executor struct {
	options Options
	name    string
	dir     *store.Dir
	total   int

	keepWeights bool // of finished cells

	limits *budget.Limits
	spare  atomic.Int64 // threads of workers that have no cell left

	mu      sync.Mutex
	summary Summary
}

// tell passes an event on, with the counts of the moment.
func (x *executor) tell(e cell.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.Done, e.Total = x.summary.Done, x.total
	if x.options.Tell != nil {
		x.options.Tell(e)
	}
}

func (x *executor) folder(j *cell.Job) *store.CellDir {
	return x.dir.Cell(j.Record(x.name))
}

// ending says whether anything is left to do.
func (x *executor) ending() string {
	if x.summary.Interrupted > 0 {
		return cell.Stopped
	}
	return cell.Finished
}

// announce tells how many steps lie ahead.
func (x *executor) announce(todo []cell.Job) {
	steps := 0
	for i := range todo {
		steps += todo[i].Cell.Steps()
	}
	x.tell(cell.Event{Kind: cell.Planned, Steps: steps, Reason: x.limits.Said(x.workers(len(todo)))})
}

// workers is how many cells may run at a time: as many as there are threads where no number is
// asked for. Memory may let fewer in.
func (x *executor) workers(cells int) int {
	jobs := x.options.Jobs
	if jobs == 0 {
		jobs = x.options.Threads
	}
	return max(1, min(jobs, cells))
}

// all runs the jobs in order on a few workers.
func (x *executor) all(ctx context.Context, todo []cell.Job) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queue := make(chan *cell.Job)
	var workers sync.WaitGroup
	count := x.workers(len(todo))
	for i := range count {
		workers.Go(func() {
			threads := max(1, (i+1)*x.options.Threads/count-i*x.options.Threads/count)
			for j := range queue {
				x.one(ctx, j, threads, func() { stop(errFailFast) })
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

// errFailFast is why cells are interrupted once another one has failed.
var errFailFast = errors.New("stopped, as another cell failed")

// one runs a job to its result and keeps the books.
func (x *executor) one(ctx context.Context, j *cell.Job, threads int, stop func()) {
	defer x.limits.Enter(ctx, j)()
	if ctx.Err() != nil {
		x.book(j, store.Result{Outcome: store.Outcome{Status: store.Interrupted}})
		return
	}
	t := team.New(threads)
	defer x.dismiss(t, threads)
	r, at := x.claimed(ctx, j, t)
	x.book(j, r)
	if x.options.FailFast && r.Outcome.Status == store.Failed {
		stop()
	}
	ended := cell.NewEvent(j, at, cell.Ended, r.Metrics)
	ended.Status, ended.Reason = r.Outcome.Status, r.Outcome.Reason
	x.tell(ended)
}

// claimed takes the cell for this process, runs it and writes its result. A cell that another
// process ended meanwhile has that result.
func (x *executor) claimed(ctx context.Context, j *cell.Job, t *team.Team) (store.Result, cell.Progress) {
	dir := x.folder(j)
	claim, err := dir.Claim()
	var held *store.Held
	switch {
	case errors.As(err, &held):
		return cell.NewResult(j, store.Interrupted, err.Error()), cell.Progress{}
	case err != nil:
		return cell.NewResult(j, store.Failed, err.Error()), cell.Progress{}
	}
	defer func() { _ = claim.Release() }() // who comes next takes it over anyway
	if r, found, err := dir.Result(); err == nil && found && r.Outcome.Status != store.Interrupted {
		return r, cell.Progress{}
	}
	ctx, done := claim.Context(ctx)
	defer done()
	r, at, hindered := x.attempt(ctx, j, dir, t)
	r.Provenance.Version = x.options.Version
	if hindered {
		_ = dir.Log(r.Outcome.Reason) // the summary has it, and the disk may be full
		return r, at
	}
	if err := x.write(dir, r); err != nil {
		r.Outcome = unwritten(dir, r.Outcome, err)
	}
	return r, at
}

// dismiss ends a cell's team. What it took over beside its worker's own threads others may take
// again.
func (x *executor) dismiss(team *team.Team, own int) {
	team.Close()
	x.spare.Add(int64(team.Threads() - own))
}

// unwritten is the outcome of a cell whose result could not be written. Why it failed before that
// stays first.
func unwritten(dir *store.CellDir, o store.Outcome, err error) store.Outcome {
	reason := fmt.Sprintf("result not written: %v; %s", err, cell.GoesOn(dir))
	if o.Status == store.Failed {
		reason = o.Reason + "; " + reason
	}
	return store.Outcome{Status: store.Failed, Reason: reason, Epoch: o.Epoch}
}

// attempt runs a job to its result, and says how far it came. A cell that something hindered has
// none to write.
func (x *executor) attempt(ctx context.Context, j *cell.Job, dir *store.CellDir, t *team.Team) (result store.Result, at cell.Progress, hindered bool) {
	if why := x.limits.Refusal(j); why != "" {
		return cell.NewResult(j, store.Failed, why), cell.Progress{}, true
	}
	r, err := cell.New(j, dir, x.setup(t))
	if err != nil {
		return cell.NewResult(j, store.Failed, err.Error()+"; "+cell.GoesOn(dir)), cell.Progress{}, true
	}
	ctx, stop := x.limits.Within(ctx)
	defer stop()
	x.tell(cell.NewEvent(j, cell.Progress{}, cell.Started, nil))
	result, hindered = r.Do(ctx)
	return result, r.Progress(), hindered
}

// setup is what a cell is run with on its team.
func (x *executor) setup(t *team.Team) cell.Setup {
	o := &x.options
	return cell.Setup{
		Engine: o.Engine, Data: o.Data, Tell: x.tell, Every: o.CheckpointEvery, Team: t, Spare: &x.spare, KeepWeights: x.keepWeights,
	}
}

// write ends a cell on disk. An interrupted one keeps its checkpoint and gets no result; a failed
// one keeps it too, for a retry to go on from, and so does a diverged one: the last that was good.
func (x *executor) write(dir *store.CellDir, r store.Result) error {
	if r.Outcome.Status == store.Interrupted {
		return nil
	}
	published, err := dir.Publish(r)
	if err != nil {
		return err
	}
	if !published.First {
		x.twin(dir, published)
		return nil
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

// twin says that another process, which ran the same cell, was first with its result.
func (x *executor) twin(dir *store.CellDir, p store.Published) {
	text := "another process ended this cell first, with the same numbers"
	if len(p.Different) > 0 {
		text = "another process ended this cell first, with other " + strings.Join(p.Different, " and ") + "; its result stands"
	}
	x.mu.Lock()
	x.summary.Twins = append(x.summary.Twins, filepath.Base(dir.Path())+": "+text)
	x.mu.Unlock()
	_ = dir.Log(text) // the summary has it
}

func (x *executor) book(j *cell.Job, r store.Result) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch r.Outcome.Status {
	case store.Failed:
		x.summary.Failed = append(x.summary.Failed, j.Dir+": "+r.Outcome.Reason)
	case store.Interrupted:
		x.summary.Interrupted++
	default:
		x.settle(r)
	}
}
