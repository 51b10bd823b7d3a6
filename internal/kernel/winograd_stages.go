package kernel

import (
	"sync"
	"unsafe"
)

// tileBlock is the number of tiles that go through all stages together, so that what they leave between the stages
// stays in the cache: a multiple of a register tile's rows.
const tileBlock = 4 * tileRows

// stage is what one task holds between the stages.
type stage struct {
	a, b []float32 // planes on both sides of a product
	edge []float32 // a tile that reaches beyond its maps
}

var stages = sync.Pool{New: func() any { return new(stage) }}

// room makes place for planes and for a tile, which the stage keeps from call to call.
func (s *stage) room(a, b planes, channels int) {
	s.a, s.b, s.edge = grow(s.a, a.len()), grow(s.b, b.len()), grow(s.edge, inputTile*inputTile*channels)
}

func grow(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}

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

// convolve sets the interior of dst to the convolution of src with transformed weights.
func (w *winograd) convolve(team *Team, to, from Map, dst, src, u []float32) {
	n, in, out := w.tiles(), from.Channels, to.Channels
	va, ma := newPlanes(tileBlock, in), newPlanes(tileBlock, out)
	team.Do((n+tileBlock-1)/tileBlock, func(task int) {
		lo := task * tileBlock
		hi := min(n, lo+tileBlock)
		s := stages.Get().(*stage)
		defer stages.Put(s)
		s.room(va, ma, max(in, out))
		patches{winograd: w, maps: from, ch: in}.input(s, src, va, lo, hi)
		s.multiply(va, ma, hi-lo, in, out, u)
		patches{winograd: w, maps: to, ch: out}.output(s, dst, ma, lo, hi)
	})
}

// multiply multiplies the rows of s.a with the weights of each frequency. Rows up to the next twelve are multiplied
// too, and what they hold is not used.
func (s *stage) multiply(va, ma planes, rows, in, out int, u []float32) {
	t := tile{rs: 4 * va.pitch, ks: 4, bs: 4 * tileCols, runs: 1, runLen: in, cs: 4 * ma.pitch}
	plane := spectrumPlane(in, out)
	for f := range frequencies {
		for j := 0; j < out; j += tileCols {
			t.b = unsafe.Pointer(&u[f*plane+j*in])
			cols := min(tileCols, out-j)
			for r := 0; r < rows; r += tileRows {
				for g := range t.a {
					t.a[g] = unsafe.Pointer(&s.a[f*va.plane+(r+4*g)*va.pitch])
					t.c[g] = unsafe.Pointer(&s.b[f*ma.plane+(r+4*g)*ma.pitch+j])
				}
				t.run(3, cols)
			}
		}
	}
}
