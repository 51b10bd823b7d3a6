package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Column kernels walk rows of a [rows,pitch] matrix with eight channels a lane block, so a lane is
// a channel and the order of a sum is the order of the rows. Offsets of kernel.columns' fields:
// pointers x, y, z, per-channel vectors v0..v3, and counts.
const (
	colX, colY, colZ  = 0, 8, 16
	colV0, colV1      = 24, 32
	colV2, colV3      = 40, 48
	colRows, colPitch = 56, 64
	colBlocks         = 72
)

type column struct {
	args, row, off reg.Register
}

// at addresses the current eight channels of the matrix whose pointer is p.
func (c column) at(p reg.Register) Mem { return Mem{Base: p, Index: c.row, Scale: 1} }

// vec addresses the eight channels of a per-channel vector.
func (c column) vec(field int) Mem {
	return Mem{Base: load(c.args, field), Index: c.off, Scale: 1}
}

// overColumns emits: for each block of eight channels { before; for each row { body }; after }.
func overColumns(args reg.Register, before, body, after func(c column)) {
	blocks, off := load(args, colBlocks), GP64()
	pitch := load(args, colPitch)
	XORQ(off, off)
	Label("block")
	c := column{args: args, row: GP64(), off: off}
	before(c)
	n := load(args, colRows)
	MOVQ(off, c.row)
	Label("row")
	body(c)
	ADDQ(pitch, c.row)
	DECQ(n)
	JNZ(LabelRef("row"))
	after(c)
	ADDQ(Imm(32), off)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

func vload(m Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPS(m, v)
	return v
}

func vzero() reg.VecVirtual {
	v := YMM()
	VXORPS(v, v, v)
	return v
}

// colSums: v1 = Σ (x-v0), v2 = Σ (x-v0)².
func colSums() {
	args := function("colSumsAVX2", "colSumsAVX2 sums columns about a shift: see columnSums.")
	x := load(args, colX)
	shift, s, q := YMM(), YMM(), YMM()
	overColumns(args, func(c column) {
		VMOVUPS(c.vec(colV0), shift)
		VXORPS(s, s, s)
		VXORPS(q, q, q)
	}, func(c column) {
		d := vload(c.at(x))
		VSUBPS(shift, d, d)
		VADDPS(d, s, s)
		VFMADD231PS(d, d, q)
	}, func(c column) {
		VMOVUPS(s, c.vec(colV1))
		VMOVUPS(q, c.vec(colV2))
	})
}

// affine: y = x·v0 + v1, with relu max(0, ·).
func affine(relu bool) {
	name := "affineAVX2"
	if relu {
		name = "affineReLUAVX2"
	}
	args := function(name, name+" scales and shifts columns: see affineColumns.")
	x, y := load(args, colX), load(args, colY)
	a, b, zero := YMM(), YMM(), vzero()
	overColumns(args, func(c column) {
		VMOVUPS(c.vec(colV0), a)
		VMOVUPS(c.vec(colV1), b)
	}, func(c column) {
		v := vload(c.at(x))
		VFMADD213PS(b, a, v)
		if relu {
			VMAXPS(v, zero, v) // a NaN in the second source wins
		}
		VMOVUPS(v, c.at(y))
	}, func(column) {})
}

// normSums: v1 = Σ g, v2 = Σ g·(x-v0), g = y>0 ? z : 0.
func normSums() {
	args := function("normSumsAVX2", "normSumsAVX2 sums masked gradients: see normBackwardSums.")
	x, y, z := load(args, colX), load(args, colY), load(args, colZ)
	mean, s, q, zero := YMM(), YMM(), YMM(), vzero()
	overColumns(args, func(c column) {
		VMOVUPS(c.vec(colV0), mean)
		VXORPS(s, s, s)
		VXORPS(q, q, q)
	}, func(c column) {
		g := masked(c, y, z, zero)
		d := vload(c.at(x))
		VSUBPS(mean, d, d)
		VADDPS(g, s, s)
		VFMADD231PS(d, g, q)
	}, func(c column) {
		VMOVUPS(s, c.vec(colV1))
		VMOVUPS(q, c.vec(colV2))
	})
}

// normApply: y' = g·v0 + (x·v1 + v2), g = y>0 ? z : 0, written over z.
func normApply() {
	args := function("normApplyAVX2", "normApplyAVX2 writes the input gradient: see normBackwardApply.")
	x, y, z, out := load(args, colX), load(args, colY), load(args, colZ), load(args, colV3)
	a, b, k, zero := YMM(), YMM(), YMM(), vzero()
	overColumns(args, func(c column) {
		VMOVUPS(c.vec(colV0), a)
		VMOVUPS(c.vec(colV1), b)
		VMOVUPS(c.vec(colV2), k)
	}, func(c column) {
		g := masked(c, y, z, zero)
		v := vload(c.at(x))
		VFMADD213PS(k, b, v)
		VFMADD231PS(a, g, v)
		VMOVUPS(v, c.at(out))
	}, func(column) {})
}

func masked(c column, y, z reg.Register, zero reg.VecVirtual) reg.VecVirtual {
	m := vload(c.at(y))
	VCMPPS(Imm(14), zero, m, m) // y > 0
	VANDPS(c.at(z), m, m)
	return m
}
