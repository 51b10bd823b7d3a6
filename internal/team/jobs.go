package team

import (
	"fmt"
	"runtime"
)

// job is one call's tasks. It may be read by who has claimed a task of it: until that is done the
// next job does not come.
type job struct {
	run     func(task int)
	piece   func(lo, hi int) // instead of run, for [Team.Chunks]
	n, size int              // of the range and its pieces
}

// claim is the state of a job in one word, so that a thread that comes late claims a task of the
// job at hand or none: the job's number, how many tasks it has, and how many of them have been
// claimed.
type claim uint64

const (
	claimBits = 24 // of the two counts
	most      = 1<<claimBits - 1
)

func (c claim) tasks() int       { return int(c >> claimBits & most) }
func (c claim) claimed() int     { return int(c & most) }
func (c claim) left() bool       { return c.claimed() < c.tasks() }
func (c claim) next(n int) claim { return (c>>(2*claimBits)+1)<<(2*claimBits) | claim(n)<<claimBits }

// share runs a job of n tasks on all threads.
func (t *Team) share(n int, j job) {
	if n > most {
		panic(fmt.Sprintf("team: %d tasks in one call, at most %d", n, most))
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
