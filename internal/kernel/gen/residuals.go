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

// residuals: rows of logits become probabilities less the one-hot label, by the operations of
// kernel.residual.
func residuals(u unit) {
	args := function("residuals"+u.suffix, "residuals"+u.suffix+" turns logits into probabilities less one at the label: see residuals.")
	x, labels, sums, rights := load(args, resX), load(args, resLabels), load(args, resSums), load(args, resRights)
	rows := load(args, resRows)
	r := logits{unit: u, args: args, x: x, off: GP64(), n: GP64()}
	c := newClamps(u)
	Label("row")
	own := GP64()
	MOVQ(Mem{Base: labels}, own)
	mine := Mem{Base: x, Index: own, Scale: 4}

	most := r.largest()
	VMOVSD(minus(wide(mine), widened(most)), Mem{Base: rights})
	sum := r.exponentials(c, most)
	VMOVSD(sum, Mem{Base: sums})
	residual, inverse := over(minus(wide(mine), sum), sum), over(widened(scalar(1)), sum)
	VCVTSD2SS(residual, residual, residual)
	VCVTSD2SS(inverse, inverse, inverse)
	r.scale(inverse)
	VMOVSS(residual, mine)

	MOVQ(Mem{Base: args, Disp: resBlocks}, r.n)
	SHLQ(Imm(6), r.n)
	ADDQ(r.n, x)
	for _, p := range []reg.GPVirtual{labels, sums, rights} {
		ADDQ(Imm(8), p)
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// logits is a row of them at x and the registers that walk it.
type logits struct {
	unit
	args      reg.Register
	x, off, n reg.GPVirtual
}

// block is how many registers hold sixteen logits.
func (r logits) block() int { return 16 / r.size }

// at addresses register i of the current block.
func (r logits) at(i int) Mem { return Mem{Base: r.x, Index: r.off, Scale: 1, Disp: 4 * r.size * i} }

// blocks emits body for each block of the row.
func (r logits) blocks(label string, body func()) {
	XORQ(r.off, r.off)
	MOVQ(Mem{Base: r.args, Disp: resBlocks}, r.n)
	Label(label)
	body()
	ADDQ(Imm(64), r.off)
	DECQ(r.n)
	JNZ(LabelRef(label))
}

// largest is the largest logit.
func (r logits) largest() reg.VecVirtual {
	top := r.regs(r.block())
	for _, t := range top {
		VMOVUPS(splat(float32(math.Inf(-1))), t)
	}
	r.blocks("largest", func() {
		for i, t := range top {
			VMAXPS(t, r.load(r.at(i)), t)
		}
	})
	return r.foldMax(top)
}

// exponentials turns logits into exponentials of what they are less than the largest one, and
// returns their sum in float64.
func (r logits) exponentials(c clamps, most reg.VecVirtual) reg.VecVirtual {
	shift, s := r.spread(most), r.wideSums()
	r.blocks("exponentials", func() {
		v := r.regs(r.block())
		side(r.block(), func(i int) { VMOVUPS(r.at(i), v[i]) })
		side(r.block(), func(i int) { VSUBPS(shift, v[i], v[i]) })
		for i, e := range c.exp(v) {
			VMOVUPS(e, r.at(i))
			r.addWide(s, e, i)
		}
	})
	return s.total()
}

// scale multiplies the row.
func (r logits) scale(by reg.VecVirtual) {
	factor := r.spread(by)
	r.blocks("scale", func() {
		for i := range r.block() {
			v := r.load(r.at(i))
			VMULPS(factor, v, v)
			VMOVUPS(v, r.at(i))
		}
	})
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
