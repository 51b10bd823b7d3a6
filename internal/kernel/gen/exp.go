package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// clamps are the ends of the range of exp, in registers.
type clamps struct {
	unit
	lo, hi reg.VecVirtual
}

func newClamps(u unit) clamps { return clamps{u, u.load(splat(-87.33654)), u.load(splat(88.72283))} }

// side calls f with the numbers of the registers that a step works on side by side.
func side(n int, f func(i int)) {
	for i := range n {
		f(i)
	}
}

// exp emits e^v by the operations of kernel.Exp, which says what they are. v is lost.
func (c clamps) exp(v []reg.VecVirtual) []reg.VecVirtual {
	w := len(v)
	n, p := c.regs(w), c.regs(w)
	side(w, func(i int) { VMINPS(v[i], c.hi, v[i]) }) // a NaN in the second source wins
	side(w, func(i int) { VMAXPS(v[i], c.lo, v[i]) })
	side(w, func(i int) { VMULPS(splat(1.44269504088896341), v[i], n[i]) })
	side(w, func(i int) { VADDPS(splat(0.5), n[i], n[i]) })
	side(w, func(i int) { c.floor(n[i]) })
	for _, part := range []float32{0.693359375, -2.12194440e-4} {
		side(w, func(i int) { VMULPS(splat(part), n[i], p[i]) })
		side(w, func(i int) { VSUBPS(p[i], v[i], v[i]) })
	}
	polynomial(p, v, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
	side(w, func(i int) { VMULPS(v[i], p[i], p[i]) })
	side(w, func(i int) { VADDPS(v[i], p[i], p[i]) })
	side(w, func(i int) { VADDPS(splat(1), p[i], p[i]) })
	side(w, func(i int) { VCVTTPS2DQ(n[i], n[i]) })
	side(w, func(i int) { halves(v[i], n[i]) })
	side(w, func(i int) {
		for _, e := range []reg.VecVirtual{v[i], n[i]} {
			power(e)
			VMULPS(e, p[i], p[i])
		}
	})
	return p
}

// polynomial emits p = (((a·x + b)·x + …)·x of coefficients a, b, …
func polynomial(p, x []reg.VecVirtual, a float32, more ...float32) {
	side(len(x), func(i int) { VMULPS(splat(a), x[i], p[i]) })
	for _, b := range more {
		side(len(x), func(i int) { VADDPS(splat(b), p[i], p[i]) })
		side(len(x), func(i int) { VMULPS(x[i], p[i], p[i]) })
	}
}

// halves splits integers n into h, the half rounded down, and the rest, in n.
func halves(h, n reg.VecVirtual) {
	VPSRAD(Imm(1), n, h)
	VPSUBD(h, n, n)
}

// power turns integers into powers of two.
func power(e reg.VecVirtual) {
	VPADDD(splatBits(127), e, e)
	VPSLLD(Imm(23), e, e)
}

// expSum: e = e^((p0 - c0)·c1), its sums to p1; with store, e to p2.
func expSum(u unit, store bool) {
	name, does, arrays := "expSum", "sums exponentials", 2
	if store {
		name, does, arrays = "expStore", "sums and keeps exponentials", 3
	}
	l := lanesOf(name+u.suffix, does, arrays)
	shift, by, c, s := u.c(l, 0), u.c(l, 1), newClamps(u), u.wideSums()
	u.loop(l, func(n int) {
		v := u.regs(n)
		side(n, func(i int) { VMOVUPS(l.at(0, u.size*i), v[i]) })
		side(n, func(i int) { VSUBPS(shift, v[i], v[i]) })
		side(n, func(i int) { VMULPS(by, v[i], v[i]) })
		for i, e := range c.exp(v) {
			if store {
				VMOVUPS(e, l.at(2, u.size*i))
			}
			u.addWide(s, e, i)
		}
	})
	s.store(l, 1, 0)
	l.ret()
}

// normal emits Φ(x) and φ(x) by the operations of kernel.normal.
func (c clamps) normal(x []reg.VecVirtual) (cdf, pdf []reg.VecVirtual) {
	w := len(x)
	v, t, p := c.regs(w), c.regs(w), c.regs(w)
	side(w, func(i int) { VMULPS(x[i], x[i], v[i]) })
	side(w, func(i int) { VMULPS(splat(-0.5), v[i], v[i]) })
	e := c.exp(v)
	side(w, func(i int) { VANDPS(splatBits(0x7fffffff), x[i], t[i]) })
	side(w, func(i int) { VMULPS(splat(0.3275911*0.70710678118654752), t[i], t[i]) })
	one := c.load(splat(1))
	side(w, func(i int) { VADDPS(one, t[i], t[i]) })
	side(w, func(i int) { VDIVPS(t[i], one, t[i]) })
	polynomial(p, t, 1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
	side(w, func(i int) { VMULPS(e[i], p[i], p[i]) })
	side(w, func(i int) { VMULPS(splat(0.5), p[i], p[i]) })
	side(w, func(i int) { VSUBPS(p[i], one, t[i]) })
	side(w, func(i int) { c.positive(x[i], t[i], p[i]) })
	side(w, func(i int) { VMULPS(splat(0.39894228040143268), e[i], e[i]) })
	return p, e
}

// gelu: p0 = p1·Φ(p1).
func gelu(u unit) {
	l := lanesOf("gelu"+u.suffix, "computes GELU", 2)
	c := newClamps(u)
	u.loop(l, func(n int) {
		x := u.regs(n)
		side(n, func(i int) { VMOVUPS(l.at(1, u.size*i), x[i]) })
		cdf, _ := c.normal(x)
		side(n, func(i int) { VMULPS(x[i], cdf[i], x[i]) })
		side(n, func(i int) { VMOVUPS(x[i], l.at(0, u.size*i)) })
	})
	l.ret()
}

// geluGrad: p0 = p2·(Φ(p1) + p1·φ(p1)).
func geluGrad(u unit) {
	l := lanesOf("geluGrad"+u.suffix, "computes the gradient of GELU", 3)
	c := newClamps(u)
	u.loop(l, func(n int) {
		x := u.regs(n)
		side(n, func(i int) { VMOVUPS(l.at(1, u.size*i), x[i]) })
		cdf, pdf := c.normal(x)
		side(n, func(i int) { VMULPS(x[i], pdf[i], x[i]) })
		side(n, func(i int) { VADDPS(cdf[i], x[i], x[i]) })
		side(n, func(i int) { VMULPS(l.at(2, u.size*i), x[i], x[i]) })
		side(n, func(i int) { VMOVUPS(x[i], l.at(0, u.size*i)) })
	})
	l.ret()
}

// geluBoth: p0 = p2·Φ(p2), p1 = p3·(Φ(p2) + p2·φ(p2)).
func geluBoth(u unit) {
	l := lanesOf("geluBoth"+u.suffix, "computes GELU and its gradient", 4)
	c := newClamps(u)
	u.loop(l, func(n int) {
		x := u.regs(n)
		side(n, func(i int) { VMOVUPS(l.at(2, u.size*i), x[i]) })
		cdf, pdf := c.normal(x)
		side(n, func(i int) { VMULPS(x[i], pdf[i], pdf[i]) })
		side(n, func(i int) { VADDPS(cdf[i], pdf[i], pdf[i]) })
		side(n, func(i int) { VMULPS(l.at(3, u.size*i), pdf[i], pdf[i]) })
		side(n, func(i int) { VMULPS(x[i], cdf[i], x[i]) })
		side(n, func(i int) { VMOVUPS(x[i], l.at(0, u.size*i)) })
		side(n, func(i int) { VMOVUPS(pdf[i], l.at(1, u.size*i)) })
	})
	l.ret()
}
