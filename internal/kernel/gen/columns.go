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
	colImage, colVector      = 120, 128
	colXSkip                 = 136
	wideVectors, narrowWidth = 4, 1
)

// column addresses vecs·8 channels of the current pixel, or eight channels of that pixel of four
// images: sums of few channels would wait for each other.
type column struct {
	args, pixel, off reg.Register
	vecs             int

	places         map[reg.Register]reg.GPVirtual // of the pixel of the first image, by map
	image, image3  reg.Register                   // bytes to the next image, and three times as many
	vector, triple reg.Register                   // and to its sums
}

func (c column) at(p reg.Register, v int) Mem {
	if c.places != nil {
		return rowMem(c.places[p], c.image, c.image3, v, 0)
	}
	return Mem{Base: p, Index: c.pixel, Scale: 1, Disp: 32 * v}
}

// vec addresses channels of a per-channel vector that all images share.
func (c column) vec(p reg.Register, v int) Mem {
	if c.places != nil {
		v = 0
	}
	return Mem{Base: p, Index: c.off, Scale: 1, Disp: 32 * v}
}

// own addresses channels of a vector that each image has for itself.
func (c column) own(field int) func(v int) Mem {
	p := load(c.args, field)
	if c.places == nil {
		return func(v int) Mem { return c.vec(p, v) }
	}
	ADDQ(c.off, p)
	return func(v int) Mem { return rowMem(p, c.vector, c.triple, v, 0) }
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
		if i > 0 && c.places != nil {
			r[i] = r[0]
			continue
		}
		VMOVUPS(c.vec(p, i), r[i])
	}
	return r
}

// readOwn loads vectors that each image has for itself.
func (c column) readOwn(field int) []reg.VecVirtual {
	at, r := c.own(field), c.registers()
	for i := range r {
		VMOVUPS(at(i), r[i])
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
	at := c.own(field)
	for i := range r {
		VMOVUPS(r[i], at(i))
	}
}

// overColumns emits, for each block of channels: what block emits before and (by the functions it
// returns) at each pixel and after. x is where the maps begin whose rows may lie closer together
// than those of the others.
func overColumns(args, x reg.Register, block func(c column) (body, after func())) {
	off := GP64()
	XORQ(off, off)
	for _, size := range []struct{ count, vecs int }{{colWide, wideVectors}, {colNarrow, narrowWidth}} {
		label := fmt.Sprintf("w%d", size.vecs)
		blocks := load(args, size.count)
		TESTQ(blocks, blocks)
		JZ(LabelRef(label + "done"))
		Label(label + "block")
		MOVQ(Mem{Base: args, Disp: colX}, x)
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
		ADDQ(Mem{Base: args, Disp: colXSkip}, x)
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

// overImages emits the same for four images, eight channels at a time, over the maps that block
// addresses.
func overImages(args reg.Register, maps []reg.Register, block func(c column) (body, after func())) {
	c := column{args: args, off: GP64(), vecs: 4, places: map[reg.Register]reg.GPVirtual{}}
	c.image, c.vector = load(args, colImage), load(args, colVector)
	c.image3, c.triple = triple(c.image), triple(c.vector)
	XORQ(c.off, c.off)
	Label("block")
	for _, m := range maps {
		c.places[m] = GP64()
		LEAQ(Mem{Base: m, Index: c.off, Scale: 1}, c.places[m])
	}
	body, after := block(c)
	rows, n := load(args, colRows), GP64()
	Label("row")
	MOVQ(Mem{Base: args, Disp: colPixels}, n)
	Label("pixel")
	body()
	for _, m := range maps {
		ADDQ(Mem{Base: args, Disp: colPitch}, c.places[m])
	}
	DECQ(n)
	JNZ(LabelRef("pixel"))
	for _, m := range maps {
		ADDQ(Mem{Base: args, Disp: colSkip}, c.places[m])
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	after()
	ADDQ(Imm(32), c.off)
	DECQ(Mem{Base: args, Disp: colNarrow})
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// overEither emits one or the other.
func overEither(images bool, args reg.Register, maps []reg.Register, block func(c column) (body, after func())) {
	if images {
		overImages(args, maps, block)
	} else {
		overColumns(args, maps[0], block)
	}
}

// manyImages names a kernel that takes four images.
func manyImages(name string, images bool) string {
	if images {
		return name + "Images"
	}
	return name
}

func vload(m Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPS(m, v)
	return v
}

// colSums: v1 = Σ (x-v0), v2 = Σ (x-v0)².
func colSums(images bool) {
	name := manyImages("colSums", images) + "AVX2"
	args := function(name, name+" sums columns about a shift: see columns.")
	x := load(args, colX)
	overEither(images, args, []reg.Register{x}, func(c column) (body, after func()) {
		shift, s, q := c.readOwn(colV0), c.zeros(), c.zeros()
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

// colTotals: v1 = Σ x.
func colTotals() {
	args := function("colTotalsAVX2", "colTotalsAVX2 sums columns: see columns.")
	x := load(args, colX)
	overColumns(args, x, func(c column) (body, after func()) {
		s := c.zeros()
		return func() {
			for i := range s {
				VADDPS(c.at(x, i), s[i], s[i])
			}
		}, func() { c.write(colV1, s) }
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
	overColumns(args, x, func(c column) (body, after func()) {
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
func normSums(by masking, images bool) {
	name := by.name(manyImages("normSums", images))
	args := function(name, name+" sums gradients: see columns.")
	x, z := load(args, colX), load(args, colZ)
	m := newMask(args, by)
	maps := []reg.Register{x, z}
	if by == byOutput {
		maps = append(maps, m.y)
	}
	overEither(images, args, maps, func(c column) (body, after func()) {
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
	overColumns(args, x, func(c column) (body, after func()) {
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
