package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// largeSide is the side of an input tile of F(4×4, 3×3): its 36 numbers do not fit into the registers, so a transformation's
// columns go to the stack before its rows.
const largeSide = 6

// The points of interpolation other than 0 and ∞ are ±√½ and ±√2.
const (
	root     = math.Sqrt2 / 2
	pairNear = -2.0 / 3 // what weights are divided by: 2a²(a²-b²) for the points ±a = ±√½ …
	pairFar  = 1.0 / 6  // … and 2b²(b²-a²) for ±b = ±√2
)

// largeMap is a transformation of F(4×4, 3×3): a map of columns from vectors of one length to another, then of rows.
type largeMap struct {
	name, doc  string
	fromPixels bool
	from, into int
	consts     []float64
	vector     func(a arith, c, x []reg.VecVirtual) []reg.VecVirtual
}

// winogradLarge emits the transformations of F(4×4, 3×3).
func winogradLarge() {
	for _, m := range []largeMap{
		{"winogradInput4", " transforms tiles of 6×6 pixels: see winogradInput.", true, 6, 6, []float64{2.5, 2, 0.5, root}, largeInput},
		{"winogradOutput4", " transforms products to tiles of 4×4 pixels: see winogradOutput.", false, 6, 4, []float64{2, 0.5, 8, root, root / 2}, largeOutput},
		{"winogradSpread4", " transforms tiles of 4×4 gradients: see winogradSpread.", true, 4, 6, []float64{2, 0.5, root, math.Sqrt2}, largeSpread},
		{"winogradWeights4", " transforms 3×3 taps: see winogradWeights.", true, 3, 6, []float64{2, 0.5, root, math.Sqrt2, pairNear, pairFar}, largeWeights},
		{"winogradTaps4", " transforms products to 3×3 taps: see winogradTaps.", false, 6, 3, []float64{pairNear, pairFar, root * pairNear, math.Sqrt2 * pairFar, 1.0 / 3}, largeTaps},
	} {
		m.emit(avx2)
		m.emit(avx512)
	}
}

// emit loops over tiles and blocks of as many channels as a register holds.
func (m largeMap) emit(u unit) {
	args := function(m.name+u.suffix, m.name+u.suffix+m.doc)
	bytes, half := 4*u.size, GP64()
	LEAQ(AllocLocal(largeSide*largeSide*bytes+64).Offset(63), half)
	ANDQ(I32(-64), half)
	consts := make([]reg.VecVirtual, len(m.consts))
	for i, v := range m.consts {
		consts[i] = u.load(splat(float32(v)))
	}
	pix, freq := load(args, winPix), load(args, winFreq)
	tiles, blocks := load(args, winTiles), GP64()
	Label("tile")
	MOVQ(Mem{Base: args, Disp: winBlocks}, blocks)
	Label("block")
	cell := func(r, c int) Mem { return Mem{Base: half, Disp: (r*largeSide + c) * bytes} }
	from, into := pix, freq
	if !m.fromPixels {
		from, into = freq, pix
	}
	// Columns.
	s := newSteps(args, from, m.fromPixels, false)
	for c := range m.from {
		x := make([]reg.VecVirtual, m.from)
		for r := range x {
			x[r] = u.load(s.at(r))
		}
		s.next(c < m.from-1)
		for r, v := range m.vector(arith{u}, consts, x) {
			VMOVUPS(v, cell(r, c))
		}
	}
	// Rows.
	s = newSteps(args, into, !m.fromPixels, true)
	for r := range m.into {
		x := make([]reg.VecVirtual, m.from)
		for c := range x {
			x[c] = u.load(cell(r, c))
		}
		for c, v := range m.vector(arith{u}, consts, x) {
			VMOVUPS(v, s.at(c))
		}
		s.next(r < m.into-1)
	}
	for _, p := range []reg.Register{pix, freq} {
		ADDQ(Imm(uint64(bytes)), p)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))
	ADDQ(Mem{Base: args, Disp: winPixSkip}, pix)
	ADDQ(Mem{Base: args, Disp: winFreqSkip}, freq)
	DECQ(tiles)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// steps walks over the columns or the rows of one side of a transformation: up to six places at equal pitch, and from there
// to the next six.
type steps struct {
	place, p, p3, p5, step reg.Register
}

func newSteps(args reg.Register, first reg.Register, pixels, rows bool) steps {
	var s steps
	if pixels {
		s.p, s.step = load(args, winRow), load(args, winCol)
	} else {
		s.step = load(args, winPlane)
		six := triple(s.step)
		ADDQ(six, six)
		s.p = six
	}
	if rows {
		s.p, s.step = s.step, s.p
	}
	s.p3 = triple(s.p)
	five, place := GP64(), GP64()
	LEAQ(Mem{Base: s.p, Index: s.p, Scale: 4}, five)
	MOVQ(first, place)
	s.p5, s.place = five, place
	return s
}

func (s steps) at(i int) Mem {
	switch i {
	case 4:
		return Mem{Base: s.place, Index: s.p, Scale: 4}
	case 5:
		return Mem{Base: s.place, Index: s.p5, Scale: 1}
	}
	return rowMem(s.place, s.p, s.p3, i, 0)
}

func (s steps) next(more bool) {
	if more {
		ADDQ(s.step, s.place)
	}
}

// arith are operations whose result is a new register.
type arith struct{ unit }

func (a arith) op(f func(x, y, dst Op), x, y Op) reg.VecVirtual {
	v := a.reg()
	f(x, y, v)
	return v
}

func (a arith) add(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VADDPS(x, y, d) }, x, y) }
func (a arith) sub(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VSUBPS(y, x, d) }, x, y) }
func (a arith) mul(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VMULPS(x, y, d) }, x, y) }

// plus is z + x·y, minus z - x·y, and less x·y - z, each rounded once.
func (a arith) plus(z, x, y Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFMADD231PS(x, y, v)
	return v
}

func (a arith) minus(z, x, y Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFNMADD231PS(x, y, v)
	return v
}

func (a arith) less(x, y, z Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFMSUB231PS(x, y, v)
	return v
}

func largeInput(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	middle, two, half, root := c[0], c[1], c[2], c[3]
	first := a.add(x[0], a.minus(x[4], middle, x[2]))
	last := a.add(x[1], a.minus(x[5], middle, x[3]))
	e, o := a.minus(x[4], two, x[2]), a.minus(x[3], two, x[1])
	f, p := a.minus(x[4], half, x[2]), a.less(x[3], two, x[1])
	return []reg.VecVirtual{first, a.plus(e, root, o), a.minus(e, root, o), a.plus(f, root, p), a.minus(f, root, p), last}
}

func largeOutput(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, eight, root, halfRoot := c[0], c[1], c[2], c[3], c[4]
	e, o, f, p := a.add(x[1], x[2]), a.sub(x[1], x[2]), a.add(x[3], x[4]), a.sub(x[3], x[4])
	return []reg.VecVirtual{
		a.add(x[0], a.add(e, f)),
		a.mul(root, a.plus(o, two, p)),
		a.plus(a.mul(half, e), two, f),
		a.plus(x[5], halfRoot, a.plus(o, eight, p)),
	}
}

func largeSpread(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, near, far := c[0], c[1], c[2], c[3]
	e, o, f, p := a.plus(x[0], half, x[2]), a.plus(x[1], half, x[3]), a.plus(x[0], two, x[2]), a.plus(x[1], two, x[3])
	return []reg.VecVirtual{x[0], a.plus(e, near, o), a.minus(e, near, o), a.plus(f, far, p), a.minus(f, far, p), x[3]}
}

func largeWeights(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, near, far, byNear, byFar := c[0], c[1], c[2], c[3], c[4], c[5]
	e, f := a.plus(x[0], half, x[2]), a.plus(x[0], two, x[2])
	return []reg.VecVirtual{
		x[0],
		a.mul(byNear, a.plus(e, near, x[1])), a.mul(byNear, a.minus(e, near, x[1])),
		a.mul(byFar, a.plus(f, far, x[1])), a.mul(byFar, a.minus(f, far, x[1])),
		x[2],
	}
}

func largeTaps(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	byNear, byFar, oddNear, oddFar, third := c[0], c[1], c[2], c[3], c[4]
	e, o, f, p := a.add(x[1], x[2]), a.sub(x[1], x[2]), a.add(x[3], x[4]), a.sub(x[3], x[4])
	return []reg.VecVirtual{
		a.add(x[0], a.plus(a.mul(byFar, f), byNear, e)),
		a.plus(a.mul(oddFar, p), oddNear, o),
		a.plus(x[5], third, a.sub(f, e)),
	}
}
