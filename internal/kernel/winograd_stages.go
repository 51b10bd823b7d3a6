package kernel

import "sync/atomic"

// stage is what one task holds between the stages.
type stage struct {
	a, b []float32 // planes on both sides of a product
	edge []float32 // a tile that reaches beyond its maps
}

// stageSet is a stage for each thread of a team. A task takes a free one, of which there are as many as tasks at a time.
type stageSet struct {
	stages []stage
	busy   []atomic.Bool
}

var stageSets stock[stageSet]

// scratch returns n floats and stages with a and b floats in their planes. Both hold until the team's next scratch; the
// stages are to be ended.
func (w *winograd) scratch(team *Team, n, a, b int) ([]float32, *stageSet) {
	threads, edge := team.Threads(), w.frequencies()*max(w.input.Channels, w.output.Channels)
	x := team.Scratch(n + threads*(a+b+edge))
	s := stageSets.get()
	if cap(s.stages) < threads {
		s.stages, s.busy = make([]stage, threads), make([]atomic.Bool, threads)
	}
	s.stages, s.busy = s.stages[:threads], s.busy[:threads]
	for i := range s.stages {
		room := x[n+i*(a+b+edge):][:a+b+edge]
		s.stages[i] = stage{a: room[:a], b: room[a : a+b], edge: room[a+b:]}
	}
	return x[:n], s
}

// take returns a free stage and its number.
func (s *stageSet) take() (*stage, int) {
	for i := 0; ; i = (i + 1) % len(s.busy) {
		if s.busy[i].CompareAndSwap(false, true) {
			return &s.stages[i], i
		}
	}
}

// end lets the stages' memory go.
func (s *stageSet) end() {
	clear(s.stages)
	stageSets.put(s)
}

func (s *stageSet) give(i int) { s.busy[i].Store(false) }

// planes is a buffer [frequencies][rows][pitch] whose pitches keep rows and planes from falling into the same few cache sets.
type planes struct {
	count int // frequencies
	pitch int // between rows, in floats
	plane int // between frequencies, in floats
}

func (w *winograd) planes(rows, channels int) planes {
	pitch := (channels+tileCols-1)/tileCols*tileCols + 16
	return planes{count: w.frequencies(), pitch: pitch, plane: spread(rows * pitch)}
}

// spread rounds a plane's length up such that 16 or 36 planes start in different cache sets.
func spread(n int) int { return (n+1023)/1024*1024 + 80 }

func (p planes) len() int { return p.count*p.plane + Slack }
