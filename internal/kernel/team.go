package kernel

import (
	"fmt"
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
	claims  atomic.Uint64 // see claim
	done    atomic.Int64
	job     job
	fault   atomic.Pointer[any] // the first panic of a task
	parked  atomic.Int32
	wake    chan struct{}
	quit    chan struct{}
	gone    sync.WaitGroup
	scratch []float32
}

// job is one call's tasks. It may be read by who has claimed a task of it: until that is done the next job does not come.
type job struct {
	run     func(task int)
	piece   func(lo, hi int) // instead of run, for [Team.Chunks]
	n, size int              // of the range and its pieces
}

// claim is the state of a job in one word, so that a thread that comes late claims a task of the job at hand or none: the job's
// number, how many tasks it has, and how many of them have been claimed.
type claim uint64

const (
	claimBits = 24 // of the two counts
	most      = 1<<claimBits - 1
)

func (c claim) tasks() int       { return int(c >> claimBits & most) }
func (c claim) claimed() int     { return int(c & most) }
func (c claim) left() bool       { return c.claimed() < c.tasks() }
func (c claim) next(n int) claim { return (c>>(2*claimBits)+1)<<(2*claimBits) | claim(n)<<claimBits }

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
	if t.Threads() == 1 || n <= 1 {
		for i := range n {
			run(i)
		}
		return
	}
	t.share(n, job{run: run})
}

// Chunks shares the range [0,n) between the team's threads in pieces of size (the last may be shorter). The cut depends on n and size
// alone.
func (t *Team) Chunks(n, size int, piece func(lo, hi int)) {
	if t.Threads() == 1 || n <= size {
		for lo := 0; lo < n; lo += size {
			piece(lo, min(n, lo+size))
		}
		return
	}
	t.share((n+size-1)/size, job{piece: piece, n: n, size: size})
}

// share runs a job of n tasks on all threads.
func (t *Team) share(n int, j job) {
	if n > most {
		panic(fmt.Sprintf("kernel: %d tasks in one call, at most %d", n, most))
	}
	t.job = j
	t.done.Store(0)
	t.claims.Store(uint64(claim(t.claims.Load()).next(n)))
	for range min(int(t.parked.Load()), n-1) {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	t.work()
	for i := 0; t.done.Load() < int64(n); i++ {
		if i > 1000 { // a thread of ours may wait for this processor
			runtime.Gosched()
		}
	}
	t.job = job{}
	if p := t.fault.Swap(nil); p != nil {
		panic(*p)
	}
}

// work does tasks until none is left.
func (t *Team) work() {
	for {
		c := t.claims.Load()
		if !claim(c).left() {
			return
		}
		if t.claims.CompareAndSwap(c, c+1) {
			t.one(claim(c).claimed())
		}
	}
}

func (t *Team) one(i int) {
	defer t.done.Add(1)
	defer func() {
		if p := recover(); p != nil {
			fault := p // its address makes it escape: on this path alone
			t.fault.CompareAndSwap(nil, &fault)
		}
	}()
	if j := &t.job; j.piece != nil {
		j.piece(i*j.size, min(j.n, (i+1)*j.size))
	} else {
		j.run(i)
	}
}

// serve is the life of a thread.
func (t *Team) serve() {
	for t.await() {
		t.work()
	}
}

// await returns when there are tasks to claim, and false when the team closes.
func (t *Team) await() bool {
	for began, i := time.Now(), 0; ; i++ {
		if claim(t.claims.Load()).left() {
			return true
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
		if claim(t.claims.Load()).left() { // published before it was seen that this thread sleeps
			return true
		}
		select {
		case <-t.wake:
		case <-t.quit:
			return false
		}
	}
}
