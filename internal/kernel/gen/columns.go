package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Column kernels walk the pixels of feature maps with eight channels a register, so a lane is a
// channel and the order of a sum is the order of the pixels. They take 32 channels (two cache
// lines) at a time, then what is left by eights. Offsets of kernel.columns' fields: matrices,
// per-channel vectors, and counts.
const (
	colX, colY, colZ         = 0, 8, 16
	colOut                   = 24
	colV0, colV1, colV2      = 32, 40, 48
	colPixels, colPitch      = 56, 64
	colRows, colSkip         = 72, 80
	colWide, colNarrow       = 88, 96
	colV3, colV4             = 104, 112
	wideVectors, narrowWidth = 4, 1
)

// column addresses vecs·8 channels of the current pixel.
type column struct {
	args, pixel, off reg.Register
	vecs             int
}

func (c column) at(p reg.Register, v int) Mem {
	return Mem{Base: p, Index: c.pixel, Scale: 1, Disp: 32 * v}
}

// vec addresses channels of a per-channel vector.
func (c column) vec(p reg.Register, v int) Mem {
	return Mem{Base: p, Index: c.off, Scale: 1, Disp: 32 * v}
}

// registers returns one register for each vector of the block.
func (c column) registers() []reg.VecVirtual {
	r := make([]reg.VecVirtual, c.vecs)
	for i := range r {
		r[i] = YMM()
	}
	return r
}

// read loads a per-channel vector.
func (c column) read(field int) []reg.VecVirtual {
	p, r := load(c.args, field), c.registers()
	for i := range r {
		VMOVUPS(c.vec(p, i), r[i])
	}
	return r
}

func (c column) zeros() []reg.VecVirtual {
	r := c.registers()
	for _, v := range r {
		VXORPS(v, v, v)
	}
	return r
}

func (c column) write(field int, r []reg.VecVirtual) {
	p := load(c.args, field)
	for i := range r {
		VMOVUPS(r[i], c.vec(p, i))
	}
}

// overColumns emits, for each block of channels: what block emits before and (by the functions it
// returns) at each pixel and after.
func overColumns(args reg.Register, block func(c column) (body, after func())) {
	off := GP64()
	XORQ(off, off)
	for _, size := range []struct{ count, vecs int }{{colWide, wideVectors}, {colNarrow, narrowWidth}} {
		label := fmt.Sprintf("w%d", size.vecs)
		blocks := load(args, size.count)
		TESTQ(blocks, blocks)
		JZ(LabelRef(label + "done"))
		Label(label + "block")
		c := column{args: args, pixel: GP64(), off: off, vecs: size.vecs}
		body, after := block(c)
		rows, n := load(args, colRows), GP64()
		pitch := load(args, colPitch)
		MOVQ(off, c.pixel)
		Label(label + "row")
		MOVQ(Mem{Base: args, Disp: colPixels}, n)
		Label(label + "pixel")
		body()
		ADDQ(pitch, c.pixel)
		DECQ(n)
		JNZ(LabelRef(label + "pixel"))
		ADDQ(Mem{Base: args, Disp: colSkip}, c.pixel)
		DECQ(rows)
		JNZ(LabelRef(label + "row"))
		after()
		ADDQ(U32(uint32(32*size.vecs)), off)
		DECQ(blocks)
		JNZ(LabelRef(label + "block"))
		Label(label + "done")
	}
	VZEROUPPER()
	RET()
}

func vload(m Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPS(m, v)
	return v
}

// colSums: v1 = Σ (x-v0), v2 = Σ (x-v0)².
func colSums() {
	args := function("colSumsAVX2", "colSumsAVX2 sums columns about a shift: see columns.")
	x := load(args, colX)
	overColumns(args, func(c column) (body, after func()) {
		shift, s, q := c.read(colV0), c.zeros(), c.zeros()
		return func() {
				for i := range s {
					d := vload(c.at(x, i))
					VSUBPS(shift[i], d, d)
					VADDPS(d, s[i], s[i])
					VFMADD231PS(d, d, q[i])
				}
			}, func() {
				c.write(colV1, s)
				c.write(colV2, q)
			}
	})
}

// affine: out = x·v0 + v1, plus z with add, at least zero with relu.
func affine(relu, add bool) {
	name := "affine"
	if add {
		name += "Add"
	}
	if relu {
		name += "ReLU"
	}
	name += "AVX2"
	args := function(name, name+" scales and shifts columns: see columns.")
	x, out := load(args, colX), load(args, colOut)
	var z, zero reg.Register
	if add {
		z = load(args, colZ)
	}
	if relu {
		zero = column{vecs: 1}.zeros()[0]
	}
	overColumns(args, func(c column) (body, after func()) {
		a, b := c.read(colV0), c.read(colV1)
		return func() {
			for i := range a {
				v := vload(c.at(x, i))
				VFMADD213PS(b[i], a[i], v)
				if add {
					VADDPS(c.at(z, i), v, v)
				}
				if relu {
					VMAXPS(v, zero, v) // a NaN in the second source wins
				}
				VMOVUPS(v, c.at(out, i))
			}
		}, func() {}
	})
}

// normSums: v1 = Σ g, v2 = Σ g·(x-v0), g = z where the mask lets it through, else 0.
func normSums(by masking) {
	name := by.name("normSums")
	args := function(name, name+" sums gradients: see columns.")
	x, z := load(args, colX), load(args, colZ)
	m := newMask(args, by)
	overColumns(args, func(c column) (body, after func()) {
		mean, s, q := c.read(colV0), c.zeros(), c.zeros()
		return func() {
				for i := range s {
					d := vload(c.at(x, i))
					g := m.gradient(c, z, d, i)
					VSUBPS(mean[i], d, d)
					VADDPS(g, s[i], s[i])
					VFMADD231PS(d, g, q[i])
				}
			}, func() {
				c.write(colV1, s)
				c.write(colV2, q)
			}
	})
}

// normApply: out = g·v0 + (x·v1 + v2), g as in normSums.
func normApply(by masking) {
	name := by.name("normApply")
	args := function(name, name+" writes the input gradient: see columns.")
	x, z, out := load(args, colX), load(args, colZ), load(args, colOut)
	m := newMask(args, by)
	overColumns(args, func(c column) (body, after func()) {
		a, b, k := c.read(colV0), c.read(colV1), c.read(colV2)
		return func() {
			for i := range a {
				v := vload(c.at(x, i))
				g := m.gradient(c, z, v, i)
				VFMADD213PS(k[i], b[i], v)
				VFMADD231PS(a[i], g, v)
				VMOVUPS(v, c.at(out, i))
			}
		}, func() {}
	})
}
