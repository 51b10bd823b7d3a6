package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// block is the number of tiles that go through all stages together, so that what they leave between
// the stages stays in the cache: a multiple of a register tile's rows.
func (w *winograd) block() int {
	if w.tile == largeTile {
		return 2 * tileRows
	}
	return 4 * tileRows
}

// imagesATask is the number of images that a task takes where whole ones are asked for: their tiles
// fill all blocks.
func (w *winograd) imagesATask() int {
	n, block := w.tilesY*w.tilesX, w.block()
	for images := 1; images <= imageGroup; images++ {
		if images*n%block == 0 {
			return images
		}
	}
	return max(imageBlock, block/n)
}

// convolve sets the interior of dst to the convolution of the in channels of what the stages'
// windows show with transformed weights u. done, if there is one, is called with whole images
// [lo,hi) that are finished.
func (w *winograd) convolve(team *team.Team, to Map, dst []float32, in int, u []float32, stages *stageSet, done func(lo, hi int)) {
	n, span := w.tiles(), w.block()
	if done != nil || stages.stages[0].window.from.deferred() {
		span = w.imagesATask() * w.tilesY * w.tilesX
	}
	team.Do((n+span-1)/span, func(task int) {
		lo, hi := task*span, min(n, (task+1)*span)
		s, slot := stages.take()
		defer stages.give(slot)
		w.blocks(s, to, dst, in, u, lo, hi)
		if done != nil {
			done(lo/(w.tilesY*w.tilesX), hi/(w.tilesY*w.tilesX))
		}
	})
}

// blocks takes the tiles [lo,hi) through the stages, a block after the other.
func (w *winograd) blocks(s *stage, to Map, dst []float32, in int, u []float32, lo, hi int) {
	block, out := w.block(), to.Channels
	va, ma := w.planes(block, in), w.planes(block, out)
	a, b := patches{winograd: w, maps: s.window.maps, ch: in}, patches{winograd: w, maps: to, ch: out}
	s.window.start(a.place(lo).image)
	a.skipped = s.window.first
	for ; lo < hi; lo += block {
		end := min(hi, lo+block)
		s.window.reach(a.place(end - 1).image)
		a.convolved(s, va, lo, end)
		s.multiply(va, ma, end-lo, in, out, u, w.bf16)
		b.output(s, dst, ma, lo, end)
	}
}

// multiply multiplies the rows of s.a with the weights of each frequency. Rows up to the next
// twelve are multiplied too, and what they hold is not used.
func (s *stage) multiply(va, ma planes, rows, in, out int, u []float32, bf16 bool) {
	t := tile{pairs: bf16, rs: 4 * va.pitch, ks: 4, bs: 4 * tileCols, runs: 1, runLen: in, cs: 4 * ma.pitch}
	if bf16 {
		t.runLen = in / 2
	}
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
