package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// largeSide is the side of an input tile of F(4×4, 3×3): its 36 numbers do not fit into the
// registers, so a transformation's columns go to the stack before its rows.
const largeSide = 6

// largeMap is a transformation of F(4×4, 3×3): a map of columns from vectors of one length to
// another, then of rows.
type largeMap struct {
	name, doc  string
	fromPixels bool
	from, into int
	consts     []float64
	vector     func(a arith, c, x []reg.VecVirtual) []reg.VecVirtual
}

// emit loops over tiles and blocks of as many channels as a register holds.
func (m largeMap) emit(u unit) {
	args := function(m.name+u.suffix, m.name+u.suffix+m.doc)
	half, consts := newHalfway(u), make([]reg.VecVirtual, len(m.consts))
	for i, v := range m.consts {
		consts[i] = u.load(splat(float32(v)))
	}
	vector := func(x []reg.VecVirtual) []reg.VecVirtual { return m.vector(arith{u}, consts, x) }
	pix, freq := load(args, winPix), load(args, winFreq)
	from, into := pix, freq
	if !m.fromPixels {
		from, into = freq, pix
	}
	tiles, blocks := load(args, winTiles), GP64()
	Label("tile")
	MOVQ(Mem{Base: args, Disp: winBlocks}, blocks)
	Label("block")
	newSteps(args, from, m.fromPixels, false).walk(m.from, func(c int, at func(r int) Mem) {
		x := make([]reg.VecVirtual, m.from)
		for r := range x {
			x[r] = u.load(at(r))
		}
		for r, v := range vector(x) {
			half.put(r, c, v)
		}
	})
	newSteps(args, into, !m.fromPixels, true).walk(m.into, func(r int, at func(c int) Mem) {
		for c, v := range vector(half.row(r, m.from)) {
			VMOVUPS(v, at(c))
		}
	})
	for _, p := range []reg.Register{pix, freq} {
		ADDQ(Imm(uint64(4*u.size)), p)
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

// halfway holds a tile between its columns and its rows: on the stack and, where there are 32
// registers, the first two rows in them.
type halfway struct {
	unit
	stack reg.Register
	kept  [][]reg.VecVirtual
}

func newHalfway(u unit) halfway {
	h := halfway{unit: u, stack: GP64()}
	if u.size == 16 {
		h.kept = make([][]reg.VecVirtual, 2)
	}
	LEAQ(AllocLocal(largeSide*largeSide*4*u.size+64).Offset(63), h.stack)
	ANDQ(I32(-64), h.stack) // no number across two cache lines
	return h
}

func (h halfway) at(r, c int) Mem { return Mem{Base: h.stack, Disp: 4 * h.size * (r*largeSide + c)} }

func (h halfway) put(r, c int, v reg.VecVirtual) {
	if r < len(h.kept) {
		h.kept[r] = append(h.kept[r], v)
		return
	}
	VMOVUPS(v, h.at(r, c))
}

func (h halfway) row(r, n int) []reg.VecVirtual {
	if r < len(h.kept) {
		return h.kept[r]
	}
	x := make([]reg.VecVirtual, n)
	for c := range x {
		x[c] = h.load(h.at(r, c))
	}
	return x
}

// steps walks over the columns or the rows of one side of a transformation: up to six places at
// equal pitch, and from there to the next six.
type steps struct {
	place, p, p3, p5, step reg.Register
}

// newSteps starts at the first place of the pixels or frequencies, of which the columns or the rows
// are to be walked over.
func newSteps(args, first reg.Register, pixels, rows bool) steps {
	var s steps
	if pixels {
		s.p, s.step = load(args, winRow), load(args, winCol)
	} else {
		plane := load(args, winPlane)
		six := triple(plane)
		ADDQ(six, six)
		s.p, s.step = six, plane
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

// walk emits body for each of n steps.
func (s steps) walk(n int, body func(i int, at func(j int) Mem)) {
	for i := range n {
		if i > 0 {
			ADDQ(s.step, s.place)
		}
		body(i, s.at)
	}
}
