package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Team shares the tasks of one kernel call between its threads. How a call is cut into
// tasks may depend on the team's size only where that changes no bit of the result. A nil Team is
// the caller alone. A Team serves one caller at a time, and its tasks must not call it.
type Team struct {
	threads int
	job     atomic.Pointer[job]
	parked  atomic.Int32
	wake    chan struct{}
	quit    chan struct{}
	gone    sync.WaitGroup
	scratch []float32
}

// job is one call's tasks. A thread that comes late finds none left and touches nothing.
type job struct {
	run        func(task int)
	n          int64
	next, done atomic.Int64
	fault      atomic.Pointer[any] // the first panic of a task
}

// spin is how long a thread looks for the next call before it sleeps: waking a sleeping one takes over
// 100 µs, and the calls of a training step follow each other closely.
const spin = 300 * time.Microsecond

// NewTeam starts a team of threads, at least one, the caller included.
func NewTeam(threads int) *Team {
	t := &Team{threads: 1, wake: make(chan struct{}, 1024), quit: make(chan struct{})}
	t.Grow(max(1, threads) - 1)
	return t
}

// Grow adds threads to a team that is not at work.
func (t *Team) Grow(threads int) {
	t.threads += threads
	for range threads {
		t.gone.Go(t.serve)
	}
}

// Threads returns the team's size.
func (t *Team) Threads() int {
	if t == nil {
		return 1
	}
	return t.threads
}

// Close ends the team's threads. A closed team must not be used.
func (t *Team) Close() {
	if t == nil {
		return
	}
	close(t.quit)
	t.gone.Wait()
}

// Scratch returns room for n floats, whatever they are, which holds until the next call: one buffer serves all that a
// team's caller does one after the other.
func (t *Team) Scratch(n int) []float32 {
	if t == nil {
		return make([]float32, n)
	}
	if len(t.scratch) < n {
		t.scratch = make([]float32, n)
	}
	return t.scratch[:n]
}

// Do runs the tasks 0 … n-1, each once, and returns when all are done. A panic of a task is the caller's.
func (t *Team) Do(n int, run func(task int)) {
	if t == nil || t.threads == 1 || n == 1 {
		for i := range n {
			run(i)
		}
		return
	}
	j := &job{run: run, n: int64(n)}
	t.job.Store(j)
	for range min(int(t.parked.Load()), n-1) {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	j.work()
	for i := 0; j.done.Load() < j.n; i++ {
		if i > 1000 { // a thread of ours may wait for this processor
			runtime.Gosched()
		}
	}
	if p := j.fault.Load(); p != nil {
		panic(*p)
	}
}

// work does tasks until none is left.
func (j *job) work() {
	for {
		i := j.next.Add(1) - 1
		if i >= j.n {
			return
		}
		j.one(int(i))
	}
}

func (j *job) one(i int) {
	defer j.done.Add(1)
	defer func() {
		if p := recover(); p != nil {
			fault := p // its address makes it escape: on this path alone
			j.fault.CompareAndSwap(nil, &fault)
		}
	}()
	j.run(i)
}

// serve is the life of a thread.
func (t *Team) serve() {
	var seen *job
	for {
		j := t.await(seen)
		if j == nil {
			return
		}
		j.work()
		seen = j
	}
}

// await returns the next job, nil when the team closes.
func (t *Team) await(seen *job) *job {
	for began, i := time.Now(), 0; ; i++ {
		if j := t.job.Load(); j != seen {
			return j
		}
		if i%256 == 255 {
			if time.Since(began) > spin {
				break
			}
			runtime.Gosched()
		}
	}
	t.parked.Add(1)
	defer t.parked.Add(-1)
	for {
		if j := t.job.Load(); j != seen { // published before it was seen that this thread sleeps
			return j
		}
		select {
		case <-t.wake:
		case <-t.quit:
			return nil
		}
	}
}
