package team

import (
	"runtime"
	"runtime/debug"
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

// spin is how long a thread looks for the next call before it sleeps: waking a sleeping one takes
// over 100 µs, and the calls of a training step follow each other closely.
const spin = 300 * time.Microsecond

// New starts a team of threads, at least one, the caller included.
func New(threads int) *Team {
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

// Scratch returns room for n floats, whatever they are, which holds until the next call: one buffer
// serves all that a team's caller does one after the other.
func (t *Team) Scratch(n int) []float32 {
	if t == nil {
		return make([]float32, n)
	}
	if len(t.scratch) < n {
		if t.scratch = nil; n >= largeScratch {
			debug.FreeOSMemory()
		}
		t.scratch = make([]float32, n)
	}
	return t.scratch[:n]
}

// largeScratch is the length, 4 MiB, from which room is taken only after the room that has become too
// small, and all other garbage, was given back to the system: large networks take more and more of it
// in their first step, and beside their memory it would stay until a tenth as much has come to it.
const largeScratch = 1 << 20

// Do runs the tasks 0 … n-1, each once, and returns when all are done. A panic of a task is the
// caller's.
func (t *Team) Do(n int, run func(task int)) {
	if t.Threads() == 1 || n <= 1 {
		for i := range n {
			run(i)
		}
		return
	}
	t.share(n, job{run: run})
}

// Chunks shares the range [0,n) between the team's threads in pieces of size (the last may be
// shorter). The cut depends on n and size alone.
func (t *Team) Chunks(n, size int, piece func(lo, hi int)) {
	if t.Threads() == 1 || n <= size {
		for lo := 0; lo < n; lo += size {
			piece(lo, min(n, lo+size))
		}
		return
	}
	t.share((n+size-1)/size, job{piece: piece, n: n, size: size})
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
