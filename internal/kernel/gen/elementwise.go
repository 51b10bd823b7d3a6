package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func ymm(op func(a, b, dst Op), a, b Op) reg.VecVirtual {
	v := YMM()
	op(a, b, v)
	return v
}

// mul and add are products and sums of two registers, or of memory and a register, in a new
// register.
func mul(a, b Op) reg.VecVirtual { return ymm(func(a, b, d Op) { VMULPS(a, b, d) }, a, b) }
func add(a, b Op) reg.VecVirtual { return ymm(func(a, b, d Op) { VADDPS(a, b, d) }, a, b) }

// sub is a - b.
func sub(a, b Op) reg.VecVirtual { return ymm(func(a, b, d Op) { VSUBPS(b, a, d) }, a, b) }

// div is a / b.
func div(a, b Op) reg.VecVirtual { return ymm(func(a, b, d Op) { VDIVPS(b, a, d) }, a, b) }

// combine: p0 = c0·p1 + c1·p2.
func combine() {
	l := lanesOf("combineAVX2", "adds multiples of two arrays", 3)
	a, b := l.c(0), l.c(1)
	l.loop(8, func() {
		VMOVUPS(add(mul(l.at(1, 0), a), mul(l.at(2, 0), b)), l.at(0, 0))
	})
	l.ret()
}

// scale: p0 = c0·p1.
func scale() {
	l := lanesOf("scaleAVX2", "scales an array", 2)
	a := l.c(0)
	l.loop(8, func() { VMOVUPS(mul(l.at(1, 0), a), l.at(0, 0)) })
	l.ret()
}

// relu: p0 = max(0, p1).
func relu() {
	l := lanesOf("reluAVX2", "cuts off what is below zero", 2)
	zero := vzero()
	l.loop(8, func() {
		v := vload(l.at(1, 0))
		VMAXPS(v, zero, v) // of a NaN, and of two zeros, the second source
		VMOVUPS(v, l.at(0, 0))
	})
	l.ret()
}

// maskReLU: p0 = p1 > 0 ? p2 : 0.
func maskReLU() {
	l := lanesOf("maskReLUAVX2", "lets a gradient through where an output is positive", 3)
	zero := vzero()
	l.loop(8, func() {
		m := vload(l.at(1, 0))
		VCMPPS(Imm(14), zero, m, m) // greater than
		VANDPS(l.at(2, 0), m, m)
		VMOVUPS(m, l.at(0, 0))
	})
	l.ret()
}

// softmaxGrad: p0 = c1·(p1·(p0 - c0)).
func softmaxGrad() {
	l := lanesOf("softmaxGradAVX2", "turns a gradient of probabilities into one of logits", 2)
	dot, by := l.c(0), l.c(1)
	l.loop(8, func() {
		d := sub(vload(l.at(0, 0)), dot)
		VMOVUPS(mul(mul(l.at(1, 0), d), by), l.at(0, 0))
	})
	l.ret()
}

func vzero() reg.VecVirtual {
	v := YMM()
	VXORPS(v, v, v)
	return v
}
