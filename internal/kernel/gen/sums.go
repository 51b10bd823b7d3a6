package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// largest: p1 = the largest of p0 and what p1 holds; a NaN never is. Lanes and their halves are
// compared as kernel.Max does.
func largest() {
	l := lanesOf("largestAVX2", "finds the largest number", 2)
	var top [2]reg.VecVirtual
	for h := range top {
		top[h] = YMM()
		VBROADCASTSS(Mem{Base: l.p[1]}, top[h])
	}
	l.loop(16, func() {
		for h, t := range top {
			VMAXPS(t, vload(l.at(0, 8*h)), t)
		}
	})
	VMAXPS(top[0], top[1], top[0])
	x, y := top[0].AsX(), XMM()
	VEXTRACTF128(Imm(1), top[0], y)
	VMAXPS(x, y, x)
	for _, upper := range []uint64{0x0e, 0x01} {
		VPERMILPS(Imm(upper), x, y)
		VMAXPS(x, y, x)
	}
	VMOVSS(x, Mem{Base: l.p[1]})
	l.ret()
}

// reduce emits a sum over blocks of sixteen numbers, four at a time in float64; term adds numbers i
// … i+3 to its lanes.
func reduce(name, does string, arrays, to int, term func(l lane) func(i int, s reg.VecVirtual)) {
	l := lanesOf(name, does, arrays)
	add, s := term(l), newSums()
	l.loop(16, func() {
		for i, lanes := range s {
			add(4*i, lanes)
		}
	})
	s.store(l, to, 0)
	l.ret()
}

// sum: p1 = Σ p0.
func sum() {
	reduce("sumAVX2", "sums an array", 2, 1, func(l lane) func(int, reg.VecVirtual) {
		return func(i int, s reg.VecVirtual) { VADDPD(widenMem(l.at(0, i)), s, s) }
	})
}

// squares: p1 = Σ (p0 - f0)².
func squares() {
	reduce("squaresAVX2", "sums squared deviations", 2, 1, func(l lane) func(int, reg.VecVirtual) {
		mean := l.f(0)
		return func(i int, s reg.VecVirtual) {
			d := widenMem(l.at(0, i))
			VSUBPD(mean, d, d)
			VMULPD(d, d, d)
			VADDPD(d, s, s)
		}
	})
}

// dot: p2 = Σ p0·p1. A product of two float32 numbers is exact in float64, so fusing it with the
// sum changes no bit.
func dot() {
	reduce("dotAVX2", "sums products", 3, 2, func(l lane) func(int, reg.VecVirtual) {
		return func(i int, s reg.VecVirtual) { VFMADD231PD(widenMem(l.at(0, i)), widenMem(l.at(1, i)), s) }
	})
}

// decayed: p2 = Σ (p0 + f0·p1)².
func decayed() {
	reduce("decayedAVX2", "sums squares of decayed gradients", 3, 2, func(l lane) func(int, reg.VecVirtual) {
		wd := l.f(0)
		return func(i int, s reg.VecVirtual) {
			w := widenMem(l.at(1, i))
			VMULPD(wd, w, w)
			VADDPD(widenMem(l.at(0, i)), w, w)
			VMULPD(w, w, w)
			VADDPD(w, s, s)
		}
	})
}

// weighted: p2 = Σ p0·p1, p1 in float64.
func weighted() {
	reduce("weightedAVX2", "sums products with float64 weights", 3, 2, func(l lane) func(int, reg.VecVirtual) {
		return func(i int, s reg.VecVirtual) {
			x := widenMem(l.at(0, i))
			VMULPD(l.wide(1, i), x, x)
			VADDPD(x, s, s)
		}
	})
}

// rescale: p0 = (p0·p1)·f0, p2 += p0, with p1 and p2 in float64.
func rescale() {
	l := lanesOf("rescaleAVX2", "scales columns and a row, and adds to the columns' sums", 3)
	f := l.f(0)
	l.loop(8, func() {
		for i := 0; i < 8; i += 4 {
			x, y := widenMem(l.at(0, i)), XMM()
			VMULPD(l.wide(1, i), x, x)
			VMULPD(f, x, x)
			VCVTPD2PSY(x, y)
			VMOVUPS(y, l.at(0, i))
			VCVTPS2PD(y, x)
			VADDPD(l.wide(2, i), x, x)
			VMOVUPD(x, l.wide(2, i))
		}
	})
	l.ret()
}

// addWide: p0 += p1, p0 in float64.
func addWide() {
	l := lanesOf("addWideAVX2", "adds an array to float64 sums", 2)
	l.loop(8, func() {
		for i := 0; i < 8; i += 4 {
			x := widenMem(l.at(1, i))
			VADDPD(l.wide(0, i), x, x)
			VMOVUPD(x, l.wide(0, i))
		}
	})
	l.ret()
}
