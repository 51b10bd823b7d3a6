package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of kernel.strip and kernel.group.
const (
	stripA, stripB, stripC   = 0, 8, 16
	stripList, stripTiles    = 24, 32
	stripRS, stripCS         = 40, 48
	stripRuns, stripRunLen   = 56, 64
	stripASkip, stripMask    = 72, 80
	groupA, groupC, groupLen = 0, 4, 8
	stripGroups              = 3
)

// stripAVX512 emits the products of a list of groups of four rows with a panel of 16·halves
// columns, three groups a tile.
func stripAVX512(halves int) {
	name := fmt.Sprintf("strip%davx512", 16*halves)
	args := function(name, name+" multiplies all rows of a strip: see strip.")
	s := stripOf{args: args, list: load(args, stripList), halves: halves, acc: make([]reg.VecVirtual, 4*stripGroups*halves)}
	for i := range s.acc {
		s.acc[i] = ZMM()
	}
	Label("tile")
	s.fetch()
	s.sums()
	s.store()
	ADDQ(Imm(stripGroups*groupLen), s.list)
	DECQ(Mem{Base: args, Disp: stripTiles})
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

type stripOf struct {
	args, list reg.Register
	halves     int
	acc        []reg.VecVirtual
}

// start is where group g of the tile begins in A or in C.
func (s stripOf) start(g, field, base int) reg.GPVirtual {
	p := GP64()
	MOVLQSX(Mem{Base: s.list, Disp: g*groupLen + field}, p)
	ADDQ(Mem{Base: s.args, Disp: base}, p)
	return p
}

// each calls f for each accumulator with its place in C.
func (s stripOf) each(f func(h int, m Mem, v reg.VecVirtual)) {
	cs := load(s.args, stripCS)
	cs3 := triple(cs)
	for g := range stripGroups {
		c := s.start(g, groupC, stripC)
		for r := range 4 {
			for h := range s.halves {
				f(h, rowMem(c, cs, cs3, r, 64*h), s.acc[(4*g+r)*s.halves+h])
			}
		}
	}
}

// fetch asks for the lines of C that are written when the sums are done, and clears the sums.
func (s stripOf) fetch() {
	s.each(func(_ int, m Mem, v reg.VecVirtual) {
		PREFETCHT0(m)
		VPXORD(v, v, v)
	})
}

// sums emits the loops over k.
func (s stripOf) sums() {
	var as []reg.GPVirtual
	for g := range stripGroups {
		as = append(as, s.start(g, groupA, stripA))
	}
	rs := load(s.args, stripRS)
	rs3 := triple(rs)
	b, runs, n := load(s.args, stripB), load(s.args, stripRuns), GP64()
	bs := make([]reg.VecVirtual, s.halves)
	for h := range bs {
		bs[h] = ZMM()
	}
	Label("run")
	MOVQ(Mem{Base: s.args, Disp: stripRunLen}, n)
	Label("k")
	for h, v := range bs {
		VMOVUPS(Mem{Base: b, Disp: 64 * h}, v)
	}
	for g, a := range as {
		for r := range 4 {
			multiply(rowMem(a, rs, rs3, r, 0), bs, s.acc[(4*g+r)*s.halves:])
		}
	}
	for _, a := range as {
		ADDQ(Imm(4), a)
	}
	ADDQ(U32(uint32(64*s.halves)), b)
	DECQ(n)
	JNZ(LabelRef("k"))
	for _, a := range as {
		ADDQ(Mem{Base: s.args, Disp: stripASkip}, a)
	}
	DECQ(runs)
	JNZ(LabelRef("run"))
}

// store writes the sums, only the mask's lanes of the last sixteen columns where there is one.
func (s stripOf) store() {
	mask := GP64()
	MOVQ(Mem{Base: s.args, Disp: stripMask}, mask)
	TESTQ(mask, mask)
	JNZ(LabelRef("part"))
	s.each(func(_ int, m Mem, v reg.VecVirtual) { VMOVUPS(v, m) })
	JMP(LabelRef("next"))
	Label("part")
	k := K()
	KMOVW(mask.As32(), k)
	s.each(func(h int, m Mem, v reg.VecVirtual) {
		if h == s.halves-1 {
			VMOVUPS(v, k, m)
		} else {
			VMOVUPS(v, m)
		}
	})
	Label("next")
}
