package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of kernel.tile, which every tile kernel reads.
const (
	offA0, offA1, offA2 = 0, 8, 16
	offRS, offKS        = 24, 32
	offB, offBS         = 40, 48
	offRuns, offRunLen  = 56, 64
	offASkip, offBSkip  = 72, 80
	offC0, offC1, offC2 = 88, 96, 104
	offCS, offAcc       = 112, 120
	offRow              = 128
)

// accC is kernel.accC: C is added; a larger number means the row.
const accC = 1

func load(args reg.Register, off int) reg.GPVirtual {
	r := GP64()
	MOVQ(Mem{Base: args, Disp: off}, r)
	return r
}

// function starts a kernel that takes one pointer. The frame is large on purpose and NOSPLIT is
// absent: a loop over NOSPLIT assembly can hardly be preempted and stalls the garbage collector.
func function(name, doc string) reg.Register {
	TEXT(name, 0, "func(p *byte)")
	Pragma("noescape")
	Doc(doc)
	AllocLocal(256)
	return Load(Param("p"), GP64())
}

// rowMem addresses row r (0..3) of a group of rows at base with pitch rs and triple pitch rs3.
func rowMem(base, rs, rs3 reg.Register, r, disp int) Mem {
	switch r {
	case 0:
		return Mem{Base: base, Disp: disp}
	case 1:
		return Mem{Base: base, Index: rs, Scale: 1, Disp: disp}
	case 2:
		return Mem{Base: base, Index: rs, Scale: 2, Disp: disp}
	}
	return Mem{Base: base, Index: rs3, Scale: 1, Disp: disp}
}

func triple(x reg.Register) reg.GPVirtual {
	r := GP64()
	LEAQ(Mem{Base: x, Index: x, Scale: 2}, r)
	return r
}

// walk emits the two nested loops over runs and their elements; step emits one k.
func walk(name string, args reg.Register, as []reg.GPVirtual, b reg.Register, step func()) {
	runs, n := load(args, offRuns), GP64()
	ks, bs := load(args, offKS), load(args, offBS)
	Label(name + "run")
	MOVQ(Mem{Base: args, Disp: offRunLen}, n)
	Label(name + "k")
	step()
	for _, a := range as {
		ADDQ(ks, a)
	}
	ADDQ(bs, b)
	DECQ(n)
	JNZ(LabelRef(name + "k"))
	for _, a := range as {
		ADDQ(Mem{Base: args, Disp: offASkip}, a)
	}
	ADDQ(Mem{Base: args, Disp: offBSkip}, b)
	DECQ(runs)
	JNZ(LabelRef(name + "run"))
}

// eachC calls f for each accumulator with its place in C.
type eachC func(f func(m Mem, v reg.VecVirtual))

// begin emits the accumulators' start, and fetches C for the end.
func begin(acc []reg.VecVirtual, each eachC, zero func(v reg.VecVirtual)) {
	each(func(m Mem, _ reg.VecVirtual) {
		if m.Disp%64 == 0 { // C is needed when the sums are done
			PREFETCHT0(m)
		}
	})
	for _, v := range acc {
		zero(v)
	}
}

// end emits the accumulators' way to C: over what is there, added to it, or added to the row that
// all rows of the tile begin with.
func end(args reg.Register, each eachC, halves []reg.VecVirtual) {
	CMPQ(Mem{Base: args, Disp: offAcc}, Imm(accC))
	JL(LabelRef("store"))
	JE(LabelRef("add"))
	row := load(args, offRow)
	for h, v := range halves {
		VMOVUPS(Mem{Base: row, Disp: h * int(v.Size())}, v)
	}
	at := 0
	each(func(_ Mem, v reg.VecVirtual) {
		VADDPS(halves[at%len(halves)], v, v)
		at++
	})
	JMP(LabelRef("store"))
	Label("add")
	each(func(m Mem, v reg.VecVirtual) { VADDPS(m, v, v) })
	Label("store")
	each(func(m Mem, v reg.VecVirtual) { VMOVUPS(v, m) })
	VZEROUPPER()
	RET()
}

// tileAVX512 emits C[4·groups,16·halves] (+)= A·B with one FMA chain in k order for each element.
func tileAVX512(groups, halves int) {
	tile512(groups, halves, "avx512", "register tile", multiply)
}

// tile512 emits C[4·groups,16·halves] (+)= A·B on 512-bit registers. multiply adds the products of
// what stands at one place of A with a row of B to their accumulators.
func tile512(groups, halves int, kind, what string, multiply func(a Mem, bs, acc []reg.VecVirtual)) {
	name := fmt.Sprintf("tile%dx%d%s", 4*groups, 16*halves, kind)
	args := function(name, name+" multiplies one "+what+": see tile.")
	offsA, offsC := []int{offA0, offA1, offA2}, []int{offC0, offC1, offC2}
	acc := make([]reg.VecVirtual, 4*groups*halves)
	for i := range acc {
		acc[i] = ZMM()
	}
	each := func(f func(m Mem, v reg.VecVirtual)) {
		cs := load(args, offCS)
		cs3 := triple(cs)
		for g := range groups {
			c := load(args, offsC[g])
			for r := range 4 {
				for h := range halves {
					f(rowMem(c, cs, cs3, r, 64*h), acc[(4*g+r)*halves+h])
				}
			}
		}
	}
	begin(acc, each, func(v reg.VecVirtual) { VPXORD(v, v, v) })
	var as []reg.GPVirtual
	for g := range groups {
		as = append(as, load(args, offsA[g]))
	}
	rs := load(args, offRS)
	rs3 := triple(rs)
	b := load(args, offB)
	bs := make([]reg.VecVirtual, halves)
	for h := range bs {
		bs[h] = ZMM()
	}
	walk("", args, as, b, func() {
		for h, v := range bs {
			VMOVUPS(Mem{Base: b, Disp: 64 * h}, v)
		}
		for g, a := range as {
			for r := range 4 {
				multiply(rowMem(a, rs, rs3, r, 0), bs, acc[(4*g+r)*halves:])
			}
		}
	})
	end(args, each, bs)
}

// multiply adds the products of one number of A with a row of B to its accumulators.
func multiply(a Mem, bs, acc []reg.VecVirtual) {
	if len(bs) == 1 {
		VFMADD231PS_BCST(a, bs[0], acc[0])
		return
	}
	x := ZMM()
	VBROADCASTSS(a, x)
	for h, b := range bs {
		VFMADD231PS(b, x, acc[h])
	}
}

// tileAVX2 emits C[rows,16] (+)= A·B: four rows from the first group, and with six rows two from
// the second.
func tileAVX2(rows int) {
	name := fmt.Sprintf("tile%dx16avx2", rows)
	args := function(name, name+" multiplies one register tile: see tile.")
	acc := make([]reg.VecVirtual, 2*rows)
	for i := range acc {
		acc[i] = YMM()
	}
	each := func(f func(m Mem, v reg.VecVirtual)) {
		cs := load(args, offCS)
		cs3 := triple(cs)
		c0 := load(args, offC0)
		c1 := c0
		if rows > 4 {
			c1 = load(args, offC1)
		}
		for r := range rows {
			c := c0
			if r >= 4 {
				c = c1
			}
			for h := range 2 {
				f(rowMem(c, cs, cs3, r%4, 32*h), acc[2*r+h])
			}
		}
	}
	begin(acc, each, func(v reg.VecVirtual) { VXORPS(v, v, v) })
	as := []reg.GPVirtual{load(args, offA0)}
	if rows > 4 {
		as = append(as, load(args, offA1))
	}
	rs := load(args, offRS)
	rs3 := triple(rs)
	b := load(args, offB)
	b0, b1 := YMM(), YMM()
	walk("", args, as, b, func() {
		VMOVUPS(Mem{Base: b}, b0)
		VMOVUPS(Mem{Base: b, Disp: 32}, b1)
		for r := range rows {
			x := YMM()
			VBROADCASTSS(rowMem(as[r/4], rs, rs3, r%4, 0), x)
			VFMADD231PS(b0, x, acc[2*r])
			VFMADD231PS(b1, x, acc[2*r+1])
		}
	})
	end(args, each, []reg.VecVirtual{b0, b1})
}
