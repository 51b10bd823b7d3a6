package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// hat is the normalised input (x - c0)·c1.
func hat(l lane, x int, i int, mean, istd reg.VecVirtual) reg.VecVirtual {
	v := vload(l.at(x, i))
	VSUBPS(mean, v, v)
	VMULPS(istd, v, v)
	return v
}

// layerNorm: p0 = ((p1 - c0)·c1)·p2 + p3.
func layerNorm() {
	l := lanesOf("layerNormAVX2", "normalises a row", 4)
	mean, istd := l.c(0), l.c(1)
	l.loop(8, func() {
		v := hat(l, 1, 0, mean, istd)
		VMULPS(l.at(2, 0), v, v)
		VADDPS(l.at(3, 0), v, v)
		VMOVUPS(v, l.at(0, 0))
	})
	l.ret()
}

// layerNormSums: with g = p2·p1 and hat of p0, p5 = Σ g and Σ g·hat; p3 += p2·hat and p4 += p2.
func layerNormSums() {
	l := lanesOf("layerNormSumsAVX2", "takes the sums of a layer norm's backward pass", 6)
	mean, istd, s, q := l.c(0), l.c(1), newSums(), newSums()
	l.loop(16, func() {
		for h := range 2 {
			x, dy := hat(l, 0, 8*h, mean, istd), vload(l.at(2, 8*h))
			VMOVUPS(add(l.at(4, 8*h), dy), l.at(4, 8*h))
			VMOVUPS(add(l.at(3, 8*h), mul(dy, x)), l.at(3, 8*h))
			VMULPS(l.at(1, 8*h), dy, dy)
			for i := range 2 {
				g := widen(dy, i)
				VADDPD(g, s[2*h+i], s[2*h+i])
				VFMADD231PD(g, widen(x, i), q[2*h+i]) // an exact product
			}
		}
	})
	s.store(l, 5, 0)
	q.store(l, 5, 1)
	l.ret()
}

// layerNormGrad: p0 = c1·((p2·p3 - c2) - hat·c3), hat of p1.
func layerNormGrad() {
	l := lanesOf("layerNormGradAVX2", "writes a layer norm's input gradient", 4)
	mean, istd, a, b := l.c(0), l.c(1), l.c(2), l.c(3)
	l.loop(8, func() {
		x, g := hat(l, 1, 0, mean, istd), vload(l.at(3, 0))
		VMULPS(l.at(2, 0), g, g)
		VSUBPS(a, g, g)
		VMULPS(b, x, x)
		VSUBPS(x, g, g)
		VMULPS(istd, g, g)
		VMOVUPS(g, l.at(0, 0))
	})
	l.ret()
}
