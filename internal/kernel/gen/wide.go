package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// axpyWide: p1 += f0·p0 in float64.
func axpyWide() {
	l := lanesOf("axpyWideAVX2", "adds a multiple of a float64 array", 2)
	a := l.f(0)
	l.loop(8, func() {
		for i := 0; i < 8; i += 4 {
			x := YMM()
			VMULPD(l.wide(0, i), a, x)
			VADDPD(l.wide(1, i), x, x)
			VMOVUPD(x, l.wide(1, i))
		}
	})
	l.ret()
}

// dotWide: p2 = the four lanes of Σ p0·p1 in float64.
func dotWide() {
	l := lanesOf("dotWideAVX2", "sums products of float64 arrays in four lanes", 3)
	s := YMM()
	VXORPD(s, s, s)
	l.loop(8, func() {
		for i := 0; i < 8; i += 4 {
			x := YMM()
			VMOVUPD(l.wide(0, i), x)
			VMULPD(l.wide(1, i), x, x)
			VADDPD(x, s, s)
		}
	})
	VMOVUPD(s, Mem{Base: l.p[2]})
	l.ret()
}
