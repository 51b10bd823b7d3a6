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
	calls   atomic.Uint64 // so far; threads look for a change
	call    call
	parked  atomic.Int32
	wake    chan struct{}
	quit    chan struct{}
	gone    sync.WaitGroup
	scratch []float32
}

// call is what a team works on, one after the other in the same place, so that calls leave no garbage. The functions are the caller's to
// change while no task is left: a thread that comes late takes no task and reads nothing.
type call struct {
	run     func(task int)
	chunk   func(lo, hi int) // instead of run: of tasks that are pieces of a range [0,n)
	n, size int
	tickets atomic.Uint64 // the number of tasks in the upper half, of those taken, or asked for in vain, in the lower
	done    atomic.Int64
	fault   atomic.Pointer[any] // the first panic of a task
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

// Do runs the tasks 0 … n-1, each once, and returns when all are done. A panic of a task is the caller's. run is kept on the heap: where
// steps shall leave no garbage, the caller makes it once and hands it to every call.
func (t *Team) Do(n int, run func(task int)) {
	if t == nil || t.threads == 1 || n == 1 {
		for i := range n {
			run(i)
		}
		return
	}
	t.call.run = run
	t.share(n)
}

// Chunks shares the range [0,n) between the team's threads in pieces of size (the last may be shorter). The cut depends on n and size
// alone. For run the same holds as in [Team.Do].
func (t *Team) Chunks(n, size int, run func(lo, hi int)) {
	if t == nil || t.threads == 1 || n <= size {
		for lo := 0; lo < n; lo += size {
			run(lo, min(n, lo+size))
		}
		return
	}
	c := &t.call
	c.chunk, c.n, c.size = run, n, size
	t.share((n + size - 1) / size)
}

// share has the threads do the call's tasks.
func (t *Team) share(tasks int) {
	c := &t.call
	defer c.forget()
	c.done.Store(0)
	c.tickets.Store(uint64(tasks) << 32)
	t.calls.Add(1)
	for range min(int(t.parked.Load()), tasks-1) {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	c.work()
	for i := 0; c.done.Load() < int64(tasks); i++ {
		if i > 1000 { // a thread of ours may wait for this processor
			runtime.Gosched()
		}
	}
	if p := c.fault.Load(); p != nil {
		panic(*p)
	}
}

// forget lets go of the caller's functions and their memory.
func (c *call) forget() {
	c.run, c.chunk = nil, nil
	c.fault.Store(nil)
}

// work does tasks until none is left.
func (c *call) work() {
	for {
		ticket := c.tickets.Add(1)
		i, n := uint32(ticket)-1, uint32(ticket>>32)
		if i >= n {
			return
		}
		c.one(int(i))
	}
}

func (c *call) one(i int) {
	defer c.done.Add(1)
	defer func() {
		if p := recover(); p != nil {
			fault := p // its address makes it escape: on this path alone
			c.fault.CompareAndSwap(nil, &fault)
		}
	}()
	if c.chunk != nil {
		c.chunk(i*c.size, min(c.n, (i+1)*c.size))
		return
	}
	c.run(i)
}

// serve is the life of a thread.
func (t *Team) serve() {
	seen, open := uint64(0), true
	for {
		if seen, open = t.await(seen); !open {
			return
		}
		t.call.work()
	}
}

// await returns the number of calls once it is another than seen, false when the team closes.
func (t *Team) await(seen uint64) (calls uint64, open bool) {
	for began, i := time.Now(), 0; ; i++ {
		if n := t.calls.Load(); n != seen {
			return n, true
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
		if n := t.calls.Load(); n != seen { // begun before it was seen that this thread sleeps
			return n, true
		}
		select {
		case <-t.wake:
		case <-t.quit:
			return 0, false
		}
	}
}
