package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// momentum: p2 = c0·p2 + c1·(p1 + c2·p0), p0 -= c3·p2; with nesterov p0 -= c3·(c1·(p1 + c2·p0) +
// c0·p2).
func momentum(nesterov bool) {
	name := "momentumAVX2"
	if nesterov {
		name = "nesterovAVX2"
	}
	l := lanesOf(name, "updates weights by gradient and velocity", 3)
	mu, by, wd, rate := l.c(0), l.c(1), l.c(2), l.c(3)
	l.loop(8, func() {
		w := vload(l.at(0, 0))
		d := mul(w, wd)
		VADDPS(l.at(1, 0), d, d)
		VMULPS(by, d, d)
		v := add(mul(l.at(2, 0), mu), d)
		VMOVUPS(v, l.at(2, 0))
		if nesterov {
			v = add(d, mul(mu, v))
		}
		VMOVUPS(sub(w, mul(rate, v)), l.at(0, 0))
	})
	l.ret()
}

// adam: g = p1 + c0·p0, p2 += c1·(g - p2), p3 = c2·p3 + c3·g², p0 = c4·p0 - c5·p2/(√p3·c6 + c7).
func adam() {
	l := lanesOf("adamAVX2", "updates weights by gradient and moments", 4)
	first, second, fresh := l.c(1), l.c(2), l.c(3)
	l2, keep, size, unit, eps := l.c(0), l.c(4), l.c(5), l.c(6), l.c(7)
	l.loop(8, func() {
		w := vload(l.at(0, 0))
		g := mul(w, l2)
		VADDPS(l.at(1, 0), g, g)
		m := vload(l.at(2, 0))
		VADDPS(mul(first, sub(g, m)), m, m)
		VMOVUPS(m, l.at(2, 0))
		VMULPS(g, g, g)
		v := add(mul(l.at(3, 0), second), mul(fresh, g))
		VMOVUPS(v, l.at(3, 0))
		VSQRTPS(v, v)
		VMULPS(unit, v, v)
		VADDPS(eps, v, v)
		VMOVUPS(sub(mul(w, keep), mul(size, div(m, v))), l.at(0, 0))
	})
	l.ret()
}
