package kernel

import "unsafe"

// block is the number of tiles that go through all stages together, so that what they leave between the stages
// stays in the cache: a multiple of a register tile's rows.
func (w *winograd) block() int {
	if w.tile == largeTile {
		return 2 * tileRows
	}
	return 4 * tileRows
}

// convolve sets the interior of dst to the convolution of src with transformed weights u.
func (w *winograd) convolve(team *Team, to, from Map, dst, src, u []float32, stages *stageSet) {
	n, block, in, out := w.tiles(), w.block(), from.Channels, to.Channels
	va, ma := w.planes(block, in), w.planes(block, out)
	team.Do((n+block-1)/block, func(task int) {
		lo := task * block
		hi := min(n, lo+block)
		s, slot := stages.take()
		defer stages.give(slot)
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
	for f := range va.count {
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
