package kernel

import "unsafe"

// transform is what a transformation's assembly reads at fixed offsets. One side is pixels (or the
// taps of a kernel), the other the 16 or 36 frequencies; eight channels at a time. The matrices of
// F(2×2, 3×3) are
//
//	     1  0 -1  0        1  0  0
//	Bᵀ = 0  1  1  0    G = ½  ½  ½    Aᵀ = 1  1  1  0
//	     0 -1  1  0        ½ -½  ½         0  1 -1  1
//	     0 -1  0  1        0  0  1
//
// (the last row of Bᵀ and the last column of Aᵀ have their signs turned, which saves a negation).
// Those of F(4×4, 3×3), with h = √½, are
//
//	     1   0  -5/2   0    1  0         1     0     0
//	     0 -2h   -2    h    1  0       -2/3  -2h/3 -1/3         1  1  1    1   1  0
//	Bᵀ = 0  2h   -2   -h    1  0   G = -2/3   2h/3 -1/3    Aᵀ = 0  h -h   2h -2h  0
//	     0  -h   -½   2h    1  0        1/6    h/3  1/3         0  ½  ½    2   2  0
//	     0   h   -½  -2h    1  0        1/6   -h/3  1/3         0 h/2 -h/2 4h -4h 1
//	     0   1    0  -5/2   0  1         0     0     1
//
// They interpolate at 0, ±√½, ±√2 and ∞: against the usual 0, ±1, ±2 and ∞ (Lavin and Gray 2016)
// that halves the rounding error, since a point and its inverse keep the matrices' numbers near 1.
type transform struct {
	pix               unsafe.Pointer // first pixel of the first tile
	row, col          int            // bytes between pixels of a tile
	freq              unsafe.Pointer // first frequency of the first tile
	plane             int            // bytes between frequencies
	tiles, blocks     int            // blocks of eight channels
	pixSkip, freqSkip int            // bytes from the end of a tile's channels to the next tile
	tile              int            // side of an output tile
}

func (t *transform) ptr() *byte { return (*byte)(unsafe.Pointer(t)) }

// transformation names one of the linear maps between pixels and frequencies.
type transformation int

const (
	winogradInput    transformation = iota // Bᵀ·x·B of an input tile's pixels
	winogradOutput                         // an output tile's pixels Aᵀ·m·A
	winogradSpread                         // A·dy·Aᵀ of an output tile's gradients
	winogradWeights                        // G·w·Gᵀ of 3×3 taps
	winogradTaps                           // 3×3 taps Gᵀ·s·G
	winogradNarrowed                       // as winogradInput, rounded to pairs of bf16 of channels
)

// run applies a transformation. AVX-512 and AVX2 give the same bits. With small tiles so does the
// twin: nothing is rounded but single additions, in one order (halving is exact). With large ones
// the assembly fuses multiplications with additions.
func (t *transform) run(to transformation) {
	switch {
	case isa == Generic:
		t.generic(to)
	case to == winogradNarrowed:
		t.narrowed()
	case t.tile == largeTile:
		t.large(to)
	default:
		t.small(to)
	}
}

func (t *transform) small(to transformation) {
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
	side := t.tile + 2
	pixel := func(r, c int) *float32 { return (*float32)(unsafe.Add(t.pix, pix+r*t.row+c*t.col)) }
	frequency := func(i, j int) *float32 { return (*float32)(unsafe.Add(t.freq, freq+(side*i+j)*t.plane)) }
	from, into := pixel, frequency
	if to == winogradOutput || to == winogradTaps {
		from, into = frequency, pixel
	}
	vector := to.smallVector
	if t.tile == largeTile {
		vector = to.largeVector
	}
	n, m := to.sizes(t.tile)
	var half [6][6]float32
	for c := range n {
		var x [6]float32
		for r := range n {
			x[r] = *from(r, c)
		}
		for r, v := range vector(x) {
			half[r][c] = v
		}
	}
	for r := range m {
		for c, v := range vector(half[r]) {
			if c < m {
				*into(r, c) = v
			}
		}
	}
}

// sizes returns the lengths that a transformation maps from and to.
func (to transformation) sizes(tile int) (from, into int) {
	switch to {
	case winogradInput:
		return tile + 2, tile + 2
	case winogradOutput:
		return tile + 2, tile
	case winogradSpread:
		return tile, tile + 2
	case winogradWeights:
		return 3, tile + 2
	}
	return tile + 2, 3
}

// smallVector maps one row or column for tiles of 2×2 pixels.
func (to transformation) smallVector(x [6]float32) [6]float32 {
	switch to {
	case winogradInput:
		return [6]float32{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[3] - x[1]}
	case winogradOutput:
		return [6]float32{x[0] + x[1] + x[2], x[1] - x[2] + x[3]}
	case winogradSpread:
		return [6]float32{x[0], x[0] + x[1], x[0] - x[1], x[1]}
	case winogradWeights:
		e := x[0] + x[2]
		return [6]float32{x[0], float32((e + x[1]) * 0.5), float32((e - x[1]) * 0.5), x[2]}
	}
	e := float32((x[1] + x[2]) * 0.5)
	return [6]float32{x[0] + e, float32((x[1] - x[2]) * 0.5), x[3] + e}
}
