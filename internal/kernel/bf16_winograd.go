package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// The products of minimal filtering are those of bf16 where it is asked for. Its frequencies are
// made in float32 and then rounded to pairs: of neighbouring channels in forward pass and input
// gradient, of neighbouring tiles in weight gradients. Kernels that round as they make them give
// the same bits for the shapes that suit them; else pairs are made where the frequencies lie.

// pairChannels is the number of channels that those kernels take at a time.
const pairChannels = 16

// pairWeights makes pairs of rows of the weights' frequencies.
func (w *winograd) pairWeights(team *team.Team, u []float32, in, out int) {
	if !w.bf16 {
		return
	}
	plane, panels := spectrumPlane(in, out), (out+tileCols-1)/tileCols
	team.Do(w.frequencies()*panels, func(i int) {
		panel := u[i/panels*plane+i%panels*in*tileCols:][:in*tileCols]
		pairDown(panel, tileCols, panel, tileCols, tileCols, in)
	})
}

// convolved makes what a forward pass or an input gradient multiplies of the tiles [lo,hi): rows of
// s.a, of pairs where that is asked for.
func (p patches) convolved(s *stage, z planes, lo, hi int) {
	if p.bf16 && p.ch%pairChannels == 0 && HasBF16() {
		p.read(winogradNarrowed, s, s.a, s.window.data, z, lo, hi, 0)
		return
	}
	p.read(winogradInput, s, s.a, s.window.data, z, lo, hi, 0)
	if p.bf16 {
		for f := range z.count {
			plane := s.a[f*z.plane:]
			narrowRows(plane, z.pitch, plane, z.pitch, p.ch, hi-lo)
		}
	}
}

// summed makes what a weight gradient multiplies of the tiles [lo,hi) of x, by a transformation of
// inputs or of gradients, and returns the length of a sum over them.
func (p patches) summed(to transformation, s *stage, into, x []float32, z planes, lo, hi int) int {
	skip := 0
	if to == winogradSpread {
		skip = 1
	}
	if p.bf16 && p.twoByTwo(lo, hi) && HasBF16() {
		p.readPairs(to, into, x, z, lo, hi, skip)
		return (hi - lo) / 2
	}
	p.read(to, s, into, x, z, lo, hi, skip)
	if !p.bf16 {
		return hi - lo
	}
	for f := range z.count {
		plane := into[f*z.plane:]
		pairDown(plane, z.pitch, plane, z.pitch, p.ch, hi-lo)
	}
	return (hi - lo + 1) / 2
}

// twoByTwo reports whether the tiles [lo,hi) are pairs of neighbours that lie inside of their maps.
func (p patches) twoByTwo(lo, hi int) bool {
	return p.ch%pairChannels == 0 && p.maps.Height%2 == 0 && p.maps.Width%4 == 0 && lo%2 == 0 && hi%2 == 0
}

// readPairs transforms two tiles at a time, see [patches.read].
func (p patches) readPairs(to transformation, into, x []float32, z planes, lo, hi, skip int) {
	t := p.transform(z)
	t.blocks, t.pixSkip = p.ch/pairChannels, 4*(2*p.tile*p.maps.Channels-p.ch)
	for i := lo; i < hi; i += 2 * t.tiles {
		q := p.place(i)
		t.tiles = min(hi-i, p.tilesX-q.x) / 2
		t.pix, t.freq = unsafe.Pointer(&x[p.offset(q)+skip*p.inner()]), unsafe.Pointer(&into[(i-lo)/2*z.pitch])
		if to == winogradInput {
			winogradInputPairs(t.ptr())
		} else {
			winogradSpreadPairs(t.ptr())
		}
	}
}

// narrowed changes a transformation of inputs to one that leaves pairs of channels.
func (t *transform) narrowed() {
	ch := t.blocks * channelBlock
	t.blocks, t.freqSkip = ch/pairChannels, t.freqSkip+4*ch-2*ch
	winogradInputBF16(t.ptr())
	t.blocks, t.freqSkip = ch/channelBlock, t.freqSkip-4*ch+2*ch
}
