package kernel

import (
	"sync/atomic"

	"protobench/internal/team"
)

// stage is what one task holds between the stages of a convolution.
type stage struct {
	a, b   []float32 // planes on both sides of a product
	edge   []float32 // a tile that reaches beyond its maps
	window window    // what it reads
}

// stageSet is a stage for each thread of a team. A task takes a free one, of which there are as
// many as tasks at a time.
type stageSet struct {
	stages []stage
	busy   []atomic.Bool
}

var stageSets Stock[stageSet]

// rooms says how much memory a convolution's pass takes for itself: floats that all tasks share,
// those of each stage, and the images of a stage's window.
type rooms struct {
	shared, a, b, edge int
	of                 Map
	from               Normed
	images             int
}

// take returns what is shared and the stages. Both hold until the team's next scratch; the stages
// are to be ended.
func (r rooms) take(team *team.Team) ([]float32, *stageSet) {
	threads, view := team.Threads(), windowLen(r.of, r.from, r.images)
	each := r.a + r.b + r.edge + view
	x := team.Scratch(r.shared + threads*each)
	s := stageSets.Get()
	if cap(s.stages) < threads {
		s.stages, s.busy = make([]stage, threads), make([]atomic.Bool, threads)
	}
	s.stages, s.busy = s.stages[:threads], s.busy[:threads]
	for i := range s.stages {
		room := x[r.shared+i*each:][:each]
		cut := func(n int) (part []float32) {
			part, room = room[:n], room[n:]
			return part
		}
		s.stages[i] = stage{a: cut(r.a), b: cut(r.b), edge: cut(r.edge)}
		s.stages[i].window = newWindow(r.of, r.from, r.images, cut(view))
	}
	return x[:r.shared], s
}

// take returns a free stage and its number.
func (s *stageSet) take() (*stage, int) {
	for i := 0; ; i = (i + 1) % len(s.busy) {
		if s.busy[i].CompareAndSwap(false, true) {
			return &s.stages[i], i
		}
	}
}

func (s *stageSet) give(i int) { s.busy[i].Store(false) }

// end lets the stages' memory go, and frees what a task that panicked may have left taken.
func (s *stageSet) end() {
	clear(s.stages)
	for i := range s.busy {
		s.busy[i].Store(false)
	}
	stageSets.Put(s)
}
