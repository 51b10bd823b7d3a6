package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// gradPlan is how a weight gradient
//
//	dw = Gᵀ [ Σ (Bᵀ x B) ⊙ (A dy Aᵀ) ] G, summed over tiles,
//
// is cut into tasks: slices of tiles, whose sums are added in order, times parts of the output
// channels. It depends on the shape alone. Where sums are large, from 256 to 256 channels on, a
// slice has two parts or four: one task for all of them would make the inputs that they share once,
// but leave few tasks to share between threads.
type gradPlan struct {
	*winograd
	slices, parts int
	sums          planes // of one slice, [frequencies][In][Out]
}

const (
	gradSums   = 5 << 20 // bound of the numbers held in sums: where slices would take more, channels are cut instead
	partPanels = 4       // panels of a part: every part transforms all inputs of its slice, and applies a deferred norm to them
)

func (w *winograd) gradPlan() gradPlan {
	out := w.output.Channels
	p := gradPlan{winograd: w, slices: 8, sums: w.planes(w.input.Channels, out)}
	for p.slices > 1 && (p.slices > w.tiles() || p.slices*p.sums.len() > gradSums) {
		p.slices /= 2
	}
	p.parts = min(8/p.slices, max(1, out/(partPanels*tileCols)))
	return p
}

// gradTileBlock is the number of tiles that a weight gradient takes through its stages together.
const gradTileBlock = 6 * tileRows

// gradWeights sets dw [3,3,In,Out] to the gradient of the weights for inputs x and output gradients
// dy.
func (w *winograd) gradWeights(team *team.Team, dw, dy []float32, x Normed) {
	p := w.gradPlan()
	in, out := w.input.Channels, w.output.Channels
	panels := (out + tileCols - 1) / tileCols
	widest := (panels + p.parts - 1) / p.parts * tileCols
	a, b := w.planes(gradTileBlock, in).len(), w.planes(gradTileBlock, widest).len()
	sums, stages := w.rooms(p.slices*p.sums.len(), a, b, w.input, x, w.touched(gradTileBlock)).take(team)
	defer stages.end()
	team.Do(p.slices*p.parts, func(task int) {
		slice, part := task/p.parts, task%p.parts
		first, last := part*panels/p.parts*tileCols, (part+1)*panels/p.parts*tileCols
		s, slot := stages.take()
		defer stages.give(slot)
		p.sum(s, sums[slice*p.sums.len():], dy, slice, first, min(out, last))
	})
	const rows = 16
	team.Do((in+rows-1)/rows, func(task int) { p.finish(dw, sums, task*rows, min(in, (task+1)*rows)) })
}

// sum accumulates the products of a slice's tiles for the output channels [first,last).
func (p gradPlan) sum(s *stage, sums, dy []float32, slice, first, last int) {
	lo, hi := slice*p.tiles()/p.slices, (slice+1)*p.tiles()/p.slices
	a := patches{winograd: p.winograd, maps: s.window.maps, ch: p.input.Channels}
	b := patches{winograd: p.winograd, maps: p.output, first: first, ch: last - first}
	va, da := p.planes(gradTileBlock, a.ch), p.planes(gradTileBlock, b.ch)
	t := tile{pairs: p.bf16, rs: 4, ks: 4 * va.pitch, bs: 4 * da.pitch, runs: 1, cs: 4 * p.sums.pitch}
	s.window.start(a.place(lo).image)
	a.skipped = s.window.first
	for at := lo; at < hi; at += gradTileBlock {
		end := min(hi, at+gradTileBlock)
		s.window.reach(a.place(end - 1).image)
		t.runLen = a.summed(winogradInput, s, s.a, s.window.data, va, at, end)
		b.summed(winogradSpread, s, s.b, dy, da, at, end)
		for f := range p.sums.count {
			p.products(t, s.a[f*va.plane:], s.b[f*da.plane:], sums[f*p.sums.plane+first:], b.ch)
		}
		t.acc = 1
	}
}

// products adds one frequency of a block of tiles.
func (p gradPlan) products(t tile, a, b, c []float32, cols int) {
	for j := 0; j < cols; j += tileCols {
		t.b = unsafe.Pointer(&b[j])
		for i := 0; i < p.input.Channels; i += tileRows {
			groups := min(3, (p.input.Channels-i)/4)
			for g := range groups {
				t.a[g] = unsafe.Pointer(&a[i+4*g])
				t.c[g] = unsafe.Pointer(&c[(i+4*g)*p.sums.pitch+j])
			}
			t.run(groups, min(tileCols, cols-j))
		}
	}
}

// finish adds the slices' sums for the input channels [lo,hi) in order and turns them into taps.
func (p gradPlan) finish(dw, sums []float32, lo, hi int) {
	n := (hi - lo) * p.sums.pitch
	for f := range p.sums.count {
		at := f*p.sums.plane + lo*p.sums.pitch
		for i := 1; i < p.slices; i++ {
			Axpy(1, sums[i*p.sums.len()+at:][:n], sums[at:at+n])
		}
	}
	in, out := p.input.Channels, p.output.Channels
	t := transform{
		tile: p.tile,
		pix:  unsafe.Pointer(&dw[lo*out]), row: 4 * 3 * in * out, col: 4 * in * out,
		freq: unsafe.Pointer(&sums[lo*p.sums.pitch]), plane: 4 * p.sums.plane, freqSkip: 4 * (p.sums.pitch - out),
		tiles: hi - lo, blocks: out / channelBlock,
	}
	t.run(winogradTaps)
}
