package main

import (
	"fmt"
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
// kernel.residual. Rows are taken side by side, as many as the unit has registers for: the chain of
// one row's operations is long.
func residuals(u unit) {
	args := function("residuals"+u.suffix, "residuals"+u.suffix+" turns logits into probabilities less one at the label: see residuals.")
	r := logits{
		unit: u, args: args, x: load(args, resX), pitch: load(args, resBlocks), p: GP64(), n: GP64(),
		labels: load(args, resLabels), sums: load(args, resSums), rights: load(args, resRights),
	}
	SHLQ(Imm(6), r.pitch)
	if u.size == 16 {
		r.pitch3 = triple(r.pitch)
	}
	rows, c := load(args, resRows), newClamps(u)
	for _, n := range []int{4, 1} {
		if n > 1 && u.size < 16 {
			continue
		}
		label := fmt.Sprintf("rows%d", n)
		r.rows = n
		Label(label)
		CMPQ(rows, Imm(uint64(n)))
		JL(LabelRef(label + "done"))
		r.group(c)
		SUBQ(Imm(uint64(n)), rows)
		JMP(LabelRef(label))
		Label(label + "done")
	}
	VZEROUPPER()
	RET()
}

// logits are rows of them from x on and the registers that walk them.
type logits struct {
	unit
	args                 reg.Register
	x, pitch, pitch3     reg.GPVirtual // bytes from row to row, and three times as many
	p, n                 reg.GPVirtual // the current block of the first row, and how many are left
	labels, sums, rights reg.GPVirtual
	rows                 int
}

// group emits what a group of rows takes, and moves on to the next.
func (r logits) group(c clamps) {
	own := make([]reg.GPVirtual, r.rows)
	for k := range own {
		own[k] = GP64()
		MOVQ(Mem{Base: r.labels, Disp: 8 * k}, own[k])
		LEAQ(Mem{Base: r.x, Index: own[k], Scale: 4}, own[k])
		LEAQ(rowMem(own[k], r.pitch, r.pitch3, k, 0), own[k])
	}
	most := r.largest()
	for k, m := range own {
		VMOVSD(minus(wide(Mem{Base: m}), widened(most[k])), Mem{Base: r.rights, Disp: 8 * k})
	}
	sum := r.exponentials(c, most)
	residual, inverse := make([]reg.VecVirtual, r.rows), make([]reg.VecVirtual, r.rows)
	for k, m := range own {
		VMOVSD(sum[k], Mem{Base: r.sums, Disp: 8 * k})
		residual[k] = over(minus(wide(Mem{Base: m}), sum[k]), sum[k])
		inverse[k] = over(widened(scalar(1)), sum[k])
		VCVTSD2SS(residual[k], residual[k], residual[k])
		VCVTSD2SS(inverse[k], inverse[k], inverse[k])
	}
	r.scale(inverse)
	for k, m := range own {
		VMOVSS(residual[k], Mem{Base: m})
	}
	for range r.rows {
		ADDQ(r.pitch, r.x)
	}
	for _, p := range []reg.GPVirtual{r.labels, r.sums, r.rights} {
		ADDQ(Imm(uint64(8*r.rows)), p)
	}
}

// block is how many registers hold sixteen logits.
func (r logits) block() int { return 16 / r.size }

// at addresses register i of the current blocks: those of the rows one after the other.
func (r logits) at(i int) Mem {
	return rowMem(r.p, r.pitch, r.pitch3, i/r.block(), 4*r.size*(i%r.block()))
}

// blocks emits body for each block of the rows.
func (r logits) blocks(name string, body func()) {
	label := fmt.Sprintf("%s%d", name, r.rows)
	MOVQ(r.x, r.p)
	MOVQ(Mem{Base: r.args, Disp: resBlocks}, r.n)
	Label(label)
	body()
	ADDQ(Imm(64), r.p)
	DECQ(r.n)
	JNZ(LabelRef(label))
}

// largest is the largest logit of each row.
func (r logits) largest() []reg.VecVirtual {
	top := r.regs(r.rows * r.block())
	for _, t := range top {
		VMOVUPS(splat(float32(math.Inf(-1))), t)
	}
	r.blocks("largest", func() {
		for i, t := range top {
			VMAXPS(t, r.load(r.at(i)), t)
		}
	})
	most := make([]reg.VecVirtual, r.rows)
	for k := range most {
		most[k] = r.foldMax(top[k*r.block():][:r.block()])
	}
	return most
}

// exponentials turns logits into exponentials of what they are less than the largest one of their
// row, and returns each row's sum in float64.
func (r logits) exponentials(c clamps, most []reg.VecVirtual) []reg.VecVirtual {
	shift, s := r.spread(most), make([]sums, r.rows)
	for k := range s {
		s[k] = r.wideSums()
	}
	r.blocks("exponentials", func() {
		v := r.regs(r.rows * r.block())
		side(len(v), func(i int) { VMOVUPS(r.at(i), v[i]) })
		side(len(v), func(i int) { VSUBPS(shift[i/r.block()], v[i], v[i]) })
		for i, e := range c.exp(v) {
			VMOVUPS(e, r.at(i))
			r.addWide(s[i/r.block()], e, i%r.block())
		}
	})
	totals := make([]reg.VecVirtual, r.rows)
	for k := range totals {
		totals[k] = s[k].total()
	}
	return totals
}

// scale multiplies the rows.
func (r logits) scale(by []reg.VecVirtual) {
	factor := r.spread(by)
	r.blocks("scale", func() {
		for i := range r.rows * r.block() {
			v := r.load(r.at(i))
			VMULPS(factor[i/r.block()], v, v)
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

// spread gives all lanes of registers the first number of each of x.
func (u unit) spread(x []reg.VecVirtual) []reg.VecVirtual {
	v := u.regs(len(x))
	for i := range v {
		VBROADCASTSS(x[i].AsX(), v[i])
	}
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
