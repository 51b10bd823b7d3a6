package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of kernel.residuals' fields.
const (
	resX, resLabels, resSums, resRights = 0, 8, 16, 24
	resRows, resBlocks                  = 32, 40
)

// residuals: rows of logits become probabilities less the one-hot label, by the operations of kernel.residual.
func residuals(u unit) {
	args := function("residuals"+u.suffix, "residuals"+u.suffix+" turns logits into probabilities less one at the label: see residuals.")
	x, labels, sums, rights := load(args, resX), load(args, resLabels), load(args, resSums), load(args, resRights)
	rows, off, n := load(args, resRows), GP64(), GP64()
	block := 16 / u.size
	at := func(i int) Mem { return Mem{Base: x, Index: off, Scale: 1, Disp: 4 * u.size * i} }
	blocks := func(label string, body func()) {
		XORQ(off, off)
		MOVQ(Mem{Base: args, Disp: resBlocks}, n)
		Label(label)
		body()
		ADDQ(Imm(64), off)
		DECQ(n)
		JNZ(LabelRef(label))
	}
	c := newClamps(u)
	Label("row")
	own := GP64()
	MOVQ(Mem{Base: labels}, own)
	mine := Mem{Base: x, Index: own, Scale: 4}

	top := u.regs(block)
	for _, t := range top {
		VMOVUPS(splat(float32(math.Inf(-1))), t)
	}
	blocks("largest", func() {
		for i, t := range top {
			VMAXPS(t, u.load(at(i)), t)
		}
	})
	most := u.foldMax(top)
	VMOVSD(minus(wide(mine), widened(most)), Mem{Base: rights})
	shift := u.spread(most)

	s := u.wideSums()
	blocks("exponentials", func() {
		v := u.regs(block)
		side(block, func(i int) { VMOVUPS(at(i), v[i]) })
		side(block, func(i int) { VSUBPS(shift, v[i], v[i]) })
		for i, e := range c.exp(v) {
			VMOVUPS(e, at(i))
			u.addWide(s, e, i)
		}
	})
	sum := s.total()
	VMOVSD(sum, Mem{Base: sums})

	residual, inverse := over(minus(wide(mine), sum), sum), over(widened(scalar(1)), sum)
	VCVTSD2SS(residual, residual, residual)
	VCVTSD2SS(inverse, inverse, inverse)
	by := u.spread(inverse)
	blocks("scale", func() {
		for i := range block {
			v := u.load(at(i))
			VMULPS(by, v, v)
			VMOVUPS(v, at(i))
		}
	})
	VMOVSS(residual, mine)

	MOVQ(Mem{Base: args, Disp: resBlocks}, n)
	SHLQ(Imm(6), n)
	ADDQ(n, x)
	for _, p := range []reg.GPVirtual{labels, sums, rights} {
		ADDQ(Imm(8), p)
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// foldMax is the largest of sixteen lanes.
func (u unit) foldMax(v []reg.VecVirtual) reg.VecVirtual {
	low, high := v[0].AsY(), YMM()
	if u.size == 16 {
		VEXTRACTF64X4(Imm(1), v[0], high)
	} else {
		VMOVAPS(v[1], high)
	}
	VMAXPS(low, high, low)
	x, y := v[0].AsX(), XMM()
	VEXTRACTF128(Imm(1), low, y)
	VMAXPS(x, y, x)
	for _, upper := range []uint64{0x0e, 0x01} {
		VPERMILPS(Imm(upper), x, y)
		VMAXPS(x, y, x)
	}
	most := XMM()
	VMOVAPS(x, most)
	return most
}

// spread gives all lanes the first number of x.
func (u unit) spread(x reg.VecVirtual) reg.VecVirtual {
	v := u.reg()
	VBROADCASTSS(x.AsX(), v)
	return v
}

// scalar is a constant in the first lane.
func scalar(x float32) reg.VecVirtual {
	v := XMM()
	VMOVSS(splat(x), v)
	return v
}

// wide is a float32 number in memory as float64, and widened the first one of a register.
func wide(m Mem) reg.VecVirtual {
	v := XMM()
	VMOVSS(m, v)
	return widened(v)
}

func widened(x reg.VecVirtual) reg.VecVirtual {
	v := XMM()
	VCVTSS2SD(x, x, v)
	return v
}

// minus and over are a - b and a / b of the first float64 numbers.
func minus(a, b reg.VecVirtual) reg.VecVirtual {
	v := XMM()
	VSUBSD(b, a, v)
	return v
}

func over(a, b reg.VecVirtual) reg.VecVirtual {
	v := XMM()
	VDIVSD(b, a, v)
	return v
}
