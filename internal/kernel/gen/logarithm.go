package main

import (
	"math"
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// splatWide is a float64 constant in four lanes of memory.
func splatWide(x float64) Mem { return splatWideBits(math.Float64bits(x)) }

func splatWideBits(bits uint64) Mem {
	m, ok := wideSplats[bits]
	if !ok {
		m = GLOBL("splatWide"+strconv.FormatUint(bits, 16), 8|16) // RODATA, NOPTR
		for i := range 4 {
			DATA(8*i, U64(bits))
		}
		wideSplats[bits] = m
	}
	return m
}

var wideSplats = map[uint64]Mem{}

// timesLog: p1 = p0·ln p0 in float64, by the operations of math.Log's assembly in their order.
func timesLog() {
	l := lanesOf("timesLogAVX2", "multiplies numbers by their logarithms", 2)
	l.loop(8, func() {
		for i := 0; i < 8; i += 4 {
			x := widenMem(l.at(0, i))
			ln := logarithm(x)
			VMULPD(ln, x, x)
			VMOVUPD(x, l.wide(1, i))
		}
	})
	l.ret()
}

// logarithm emits ln x of positive normal float64 numbers.
func logarithm(x reg.VecVirtual) reg.VecVirtual {
	k, f, less, s, s4, t1, t2, h := YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
	// x = f·2^k with f from √2/2 to √2; the exponent becomes a float64 by way of 2^52's last digits.
	VPSRLQ(Imm(52), x, k)
	VPOR(splatWideBits(math.Float64bits(1<<52)), k, k)
	VSUBPD(splatWide(1<<52+1022), k, k)
	VPAND(splatWideBits(0x000FFFFFFFFFFFFF), x, f)
	VPOR(splatWideBits(math.Float64bits(0.5)), f, f)
	VMOVUPD(splatWide(math.Sqrt2/2), less)
	VCMPPD(Imm(5), f, less, less) // not below f
	VANDPD(splatWide(1), less, less)
	VSUBPD(less, k, k)
	VADDPD(splatWide(1), less, less)
	VMULPD(less, f, f)
	VSUBPD(splatWide(1), f, f)
	VADDPD(splatWide(2), f, s)
	VDIVPD(s, f, s)
	VMULPD(s, s, t1)
	VMULPD(t1, t1, s4)
	horner(h, s4, 1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
	VMULPD(h, t1, t1)
	horner(h, s4, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
	VMULPD(h, s4, t2)
	VADDPD(t2, t1, t1)
	VMULPD(splatWide(0.5), f, h)
	VMULPD(f, h, h)
	VADDPD(h, t1, t1)
	VMULPD(t1, s, s)
	VMULPD(splatWide(1.90821492927058770002e-10), k, t2)
	VADDPD(t2, s, s)
	VSUBPD(s, h, h)
	VSUBPD(f, h, h)
	VMULPD(splatWide(6.93147180369123816490e-01), k, k)
	VSUBPD(h, k, k)
	return k
}

// horner emits p = ((a·x + b)·x + …) of coefficients a, b, …, the last one added.
func horner(p, x reg.VecVirtual, a float64, more ...float64) {
	VMOVUPD(splatWide(a), p)
	for _, b := range more {
		VMULPD(x, p, p)
		VADDPD(splatWide(b), p, p)
	}
}
