package kernel

import "sync/atomic"

// stage is what one task holds between the stages.
type stage struct {
	a, b []float32 // planes on both sides of a product
	edge []float32 // a tile that reaches beyond its maps
}

// stageSet is a stage for each thread of a team. Tasks take a free one, of which there are as many as run at a time.
type stageSet struct {
	a, b, edge int // lengths
	room       []float32
	busy       []atomic.Bool
}

// scratch returns n floats and a set of stages, which both hold until the team's next scratch.
func (w *winograd) scratch(team *Team, n int, a, b int) ([]float32, *stageSet) {
	s := &stageSet{a: a, b: b, edge: inputTile * inputTile * max(w.input.Channels, w.output.Channels)}
	s.busy = make([]atomic.Bool, team.Threads())
	x := team.Scratch(n + len(s.busy)*s.len())
	s.room = x[n:]
	return x[:n], s
}

func (s *stageSet) len() int { return s.a + s.b + s.edge }

// take returns a free stage and its number.
func (s *stageSet) take() (stage, int) {
	for i := 0; ; i = (i + 1) % len(s.busy) {
		if s.busy[i].CompareAndSwap(false, true) {
			x := s.room[i*s.len():][:s.len()]
			return stage{a: x[:s.a], b: x[s.a:][:s.b], edge: x[s.a+s.b:]}, i
		}
	}
}

func (s *stageSet) give(i int) { s.busy[i].Store(false) }

// planes is a buffer [16][rows][pitch] whose pitches keep rows and planes from falling into the same few cache sets.
type planes struct {
	pitch int // between rows, in floats
	plane int // between frequencies, in floats
}

func newPlanes(rows, channels int) planes {
	pitch := (channels+tileCols-1)/tileCols*tileCols + 16
	return planes{pitch: pitch, plane: spread(rows * pitch)}
}

// spread rounds a plane's length up such that 16 planes start in different cache sets.
func spread(n int) int { return (n+1023)/1024*1024 + 80 }

func (p planes) len() int { return frequencies*p.plane + Slack }
