package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The predicates of comparisons, quiet about NaN.
const (
	equal    = U8(0)
	below    = U8(1)
	notBelow = U8(13)
)

// colours emits the kernels over the planes of images.
func colours() {
	levels()
	clamped()
	luma()
	saturate()
	turnHue()
	solarized()
	interleave()
}

// levels: p0 = p1/255, p1 in bytes.
func levels() {
	l := lanesOf("levelsAVX2", "turns 8-bit levels into numbers from 0 to 1", 2)
	full := vload(splat(255))
	l.loop(8, func() {
		v := YMM()
		VPMOVZXBD(Mem{Base: l.p[1]}, v)
		ADDQ(Imm(8), l.p[1])
		VCVTDQ2PS(v, v)
		VMOVUPS(div(v, full), l.at(0, 0))
	})
	l.ret()
}

// clamp cuts v to [0,1]. A NaN stays, and so does a zero's sign.
func clamp(v, zero, one reg.VecVirtual) {
	VMAXPS(v, zero, v)
	VMINPS(v, one, v)
}

// clamped: p0 = c0·p0 + c1 within [0,1].
func clamped() {
	l := lanesOf("clampedAVX2", "scales and shifts within [0,1]", 1)
	a, b, zero, one := l.c(0), l.c(1), vzero(), vload(splat(1))
	l.loop(8, func() {
		v := add(mul(l.at(0, 0), a), b)
		clamp(v, zero, one)
		VMOVUPS(v, l.at(0, 0))
	})
	l.ret()
}

// grayOf emits a pixel's gray value.
func grayOf(r, g, b Op) reg.VecVirtual {
	return add(mul(b, vload(splat(0.114))), add(mul(g, vload(splat(0.587))), mul(r, vload(splat(0.2989)))))
}

// luma: p3 = gray of p0, p1, p2.
func luma() {
	l := lanesOf("lumaAVX2", "takes the gray of pixels", 4)
	l.loop(8, func() { VMOVUPS(grayOf(l.at(0, 0), l.at(1, 0), l.at(2, 0)), l.at(3, 0)) })
	l.ret()
}

// saturate: p0, p1, p2 = c0·p + c1·gray within [0,1].
func saturate() {
	l := lanesOf("saturateAVX2", "moves pixels from or to their gray", 3)
	f, rest, zero, one := l.c(0), l.c(1), vzero(), vload(splat(1))
	l.loop(8, func() {
		gray := mul(grayOf(l.at(0, 0), l.at(1, 0), l.at(2, 0)), rest)
		for i := range 3 {
			v := add(mul(l.at(i, 0), f), gray)
			clamp(v, zero, one)
			VMOVUPS(v, l.at(i, 0))
		}
	})
	l.ret()
}

// solarized: p0 = 1 - p0 where it is not below c0.
func solarized() {
	l := lanesOf("solarizedAVX2", "inverts bright numbers", 1)
	from, one := l.c(0), vload(splat(1))
	l.loop(8, func() {
		v := vload(l.at(0, 0))
		put(v, where(notBelow, v, from), sub(one, v))
		VMOVUPS(v, l.at(0, 0))
	})
	l.ret()
}

// where marks the lanes in which a pred b holds.
func where(pred U8, a, b reg.VecVirtual) reg.VecVirtual {
	m := YMM()
	VCMPPS(pred, b, a, m)
	return m
}

// put sets the marked lanes of v to those of x.
func put(v, m, x reg.VecVirtual) { VBLENDVPS(m, x, v, v) }

// masked is a constant in the marked lanes and 0 in the others.
func masked(m reg.VecVirtual, x float32) reg.VecVirtual {
	return ymm(func(a, b, d Op) { VANDPS(b, a, d) }, m, splat(x))
}

// turnHue: p0, p1, p2 with the hue turned by c0 sixths, by the operations of kernel.turned.
func turnHue() {
	l := lanesOf("turnHueAVX2", "turns the hue of pixels", 3)
	shift := l.c(0)
	l.loop(8, func() {
		high, chroma, h := hexcone(vload(l.at(0, 0)), vload(l.at(1, 0)), vload(l.at(2, 0)))
		VADDPS(shift, h, h)
		VSUBPS(masked(where(notBelow, h, vload(splat(6))), 6), h, h)
		rgb := fromHexcone(high, chroma, h)
		grey := where(equal, chroma, vzero())
		for i, v := range rgb {
			put(v, grey, vload(l.at(i, 0)))
			VMOVUPS(v, l.at(i, 0))
		}
	})
	l.ret()
}

// hexcone emits value, chroma and hue in sixths.
func hexcone(r, g, b reg.VecVirtual) (high, chroma, h reg.VecVirtual) {
	high, low := YMM(), YMM()
	VMAXPS(g, r, high)
	VMAXPS(b, high, high)
	VMINPS(g, r, low)
	VMINPS(b, low, low)
	chroma = sub(high, low)
	part, base := sub(r, g), vload(splat(4))
	green, red := where(equal, high, g), where(equal, high, r)
	put(part, green, sub(b, r))
	put(base, green, vload(splat(2)))
	put(part, red, sub(g, b))
	put(base, red, vzero())
	h = add(base, div(part, chroma))
	VADDPS(masked(where(below, h, vzero()), 6), h, h)
	return high, chroma, h
}

// fromHexcone emits the colours of value, chroma and hue.
func fromHexcone(high, chroma, h reg.VecVirtual) [3]reg.VecVirtual {
	sector := YMM()
	VROUNDPS(Imm(9), h, sector)
	part := mul(sub(h, sector), chroma)
	low := sub(high, chroma)
	rising, falling := add(low, part), sub(high, part)
	r, g, b := YMM(), YMM(), YMM()
	VMOVAPS(high, r)
	VMOVAPS(rising, g)
	VMOVAPS(low, b)
	for from, to := range [][3]reg.VecVirtual{ // what the channels become from sixth 1, 2, … on
		{falling, high, nil}, {low, nil, rising}, {nil, falling, high}, {rising, low, nil}, {high, nil, falling},
	} {
		m := where(notBelow, h, vload(splat(float32(from+1))))
		for c, v := range []reg.VecVirtual{r, g, b} {
			if to[c] != nil {
				put(v, m, to[c])
			}
		}
	}
	return [3]reg.VecVirtual{r, g, b}
}

// interleave: p0 = the pixels of p1, p2, p3, each less c0, c1, c2 and times c3, c4, c5.
func interleave() {
	l := lanesOf("interleaveAVX2", "standardises planes and interleaves them to pixels", 4)
	var order [3]reg.VecVirtual
	for k := range order {
		order[k] = vload(pixelOf(k))
	}
	l.loop(8, func() {
		var v [3]reg.VecVirtual
		for c := range v {
			v[c] = mul(sub(vload(l.at(1+c, 0)), l.c(c)), l.c(3+c))
		}
		for k, at := range order {
			var spread [3]reg.VecVirtual
			for c := range v {
				spread[c] = YMM()
				VPERMPS(v[c], at, spread[c])
			}
			VBLENDPS(lanesOfChannel(k, 1), spread[1], spread[0], spread[0])
			VBLENDPS(lanesOfChannel(k, 2), spread[2], spread[0], spread[0])
			VMOVUPS(spread[0], Mem{Base: l.p[0], Disp: 32 * k})
		}
		ADDQ(Imm(96), l.p[0])
	})
	l.ret()
}

// pixelOf says which pixel of eight each of the numbers 8k … 8k+7 is of.
func pixelOf(k int) Mem {
	m := GLOBL("pixels"+strconv.Itoa(k), 8|16) // RODATA, NOPTR
	for i := range 8 {
		DATA(4*i, U32((8*k+i)/3))
	}
	return m
}

// lanesOfChannel marks which of the numbers 8k … 8k+7 are of a channel.
func lanesOfChannel(k, channel int) U8 {
	var m U8
	for i := range 8 {
		if (8*k+i)%3 == channel {
			m |= 1 << i
		}
	}
	return m
}
