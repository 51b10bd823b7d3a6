package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// masking says where the gradient of a ReLU passes: everywhere, where its output y is positive, or
// where x·v3 + v4 is, which that output was made of.
type masking int

const (
	unmasked masking = iota
	byOutput
	byInput
)

func (m masking) name(kernel string) string {
	return kernel + [...]string{"", "ReLU", "Again"}[m] + "AVX2"
}

// mask lets gradients through where the ReLU's output is positive.
type mask struct {
	by           masking
	y            reg.Register
	scale, shift reg.Register
	zero         reg.Register
}

func newMask(args reg.Register, by masking) mask {
	m := mask{by: by}
	switch by {
	case unmasked:
		return m
	case byOutput:
		m.y = load(args, colY)
	case byInput:
		m.scale, m.shift = load(args, colV3), load(args, colV4)
	}
	m.zero = column{vecs: 1}.zeros()[0]
	return m
}

// gradient of the pixel whose input is in x.
func (m mask) gradient(c column, z reg.Register, x reg.VecVirtual, i int) reg.VecVirtual {
	var g reg.VecVirtual
	switch m.by {
	case unmasked:
		return vload(c.at(z, i))
	case byOutput:
		g = vload(c.at(m.y, i))
	case byInput:
		g = vload(c.vec(m.scale, i))
		VFMADD213PS(c.vec(m.shift, i), x, g)
	}
	VCMPPS(Imm(14), m.zero, g, g) // y > 0
	VANDPS(c.at(z, i), g, g)
	return g
}
