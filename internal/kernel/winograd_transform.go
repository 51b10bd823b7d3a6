package kernel

import "unsafe"

// transform is what a transformation's assembly reads at fixed offsets. One side is pixels (or the taps of a kernel),
// the other the 16 frequencies; eight channels at a time.
type transform struct {
	pix               unsafe.Pointer // first pixel of the first tile
	row, col          int            // bytes between pixels of a tile
	freq              unsafe.Pointer // first frequency of the first tile
	plane             int            // bytes between frequencies
	tiles, blocks     int            // blocks of eight channels
	pixSkip, freqSkip int            // bytes from the end of a tile's channels to the next tile
}

func (t *transform) ptr() *byte { return (*byte)(unsafe.Pointer(t)) }

// transformation names one of the linear maps between pixels and frequencies.
type transformation int

const (
	winogradInput   transformation = iota // Bᵀ·x·B of 4×4 pixels
	winogradOutput                        // 2×2 pixels Aᵀ·m·A
	winogradSpread                        // A·dy·Aᵀ of 2×2 output gradients
	winogradWeights                       // G·w·Gᵀ of 3×3 taps
	winogradTaps                          // 3×3 taps Gᵀ·s·G
)

// run applies a transformation. All instruction sets give the same bits: nothing is rounded but single additions, in one
// order (halving is exact).
func (t *transform) run(to transformation) {
	if isa == Generic {
		t.generic(to)
		return
	}
	switch to {
	case winogradInput:
		winogradInputAVX2(t.ptr())
	case winogradOutput:
		winogradOutputAVX2(t.ptr())
	case winogradSpread:
		winogradSpreadAVX2(t.ptr())
	case winogradWeights:
		winogradWeightsAVX2(t.ptr())
	case winogradTaps:
		winogradTapsAVX2(t.ptr())
	}
}

// generic is the twin of the assembly: each transformation is a map of columns and then of rows.
func (t *transform) generic(to transformation) {
	pix, freq := 0, 0
	for range t.tiles {
		for range channelBlock * t.blocks {
			t.channel(to, pix, freq)
			pix, freq = pix+4, freq+4
		}
		pix, freq = pix+t.pixSkip, freq+t.freqSkip
	}
}

// channel transforms one channel of one tile.
func (t *transform) channel(to transformation, pix, freq int) {
	pixel := func(r, c int) *float32 { return (*float32)(unsafe.Add(t.pix, pix+r*t.row+c*t.col)) }
	frequency := func(i, j int) *float32 { return (*float32)(unsafe.Add(t.freq, freq+(4*i+j)*t.plane)) }
	from, into := pixel, frequency
	if to == winogradOutput || to == winogradTaps {
		from, into = frequency, pixel
	}
	n, m := to.sizes()
	var half [4][4]float32
	for c := range n {
		var x [4]float32
		for r := range n {
			x[r] = *from(r, c)
		}
		for r, v := range to.vector(x) {
			half[r][c] = v
		}
	}
	for r := range m {
		for c, v := range to.vector(half[r]) {
			if c < m {
				*into(r, c) = v
			}
		}
	}
}

// sizes returns the lengths that a transformation maps from and to.
func (to transformation) sizes() (from, into int) {
	switch to {
	case winogradInput:
		return 4, 4
	case winogradOutput:
		return 4, 2
	case winogradSpread:
		return 2, 4
	case winogradWeights:
		return 3, 4
	}
	return 4, 3
}

// vector maps one row or column.
func (to transformation) vector(x [4]float32) [4]float32 {
	switch to {
	case winogradInput:
		return [4]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1]}
	case winogradOutput:
		return [4]float32{x[0] + x[1] + x[2], x[1] - x[2] + x[3]}
	case winogradSpread:
		return [4]float32{x[0], x[0] + x[1], x[0] - x[1], x[1]}
	case winogradWeights:
		e := x[0] + x[2]
		return [4]float32{x[0], float32((e + x[1]) * 0.5), float32((e - x[1]) * 0.5), x[2]}
	}
	e := float32((x[1] + x[2]) * 0.5)
	return [4]float32{x[0] + e, float32((x[1] - x[2]) * 0.5), x[3] + e}
}
