package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakAVX512 and peakAVX2 repeat fused multiply-adds on registers alone. The chains are independent
// and more than latency × units of any processor with these instructions (at most 10), so that only
// the units' rate counts.
func peakAVX512() { peak("peakAVX512", 20, func() reg.VecVirtual { return ZMM() }, zmmZero) }
func peakAVX2()   { peak("peakAVX2", 12, func() reg.VecVirtual { return YMM() }, ymmZero) }

func zmmZero(v reg.VecVirtual) { VPXORD(v, v, v) }
func ymmZero(v reg.VecVirtual) { VXORPS(v, v, v) }

// peak emits n rounds of one multiply-add for each chain. The frame is large and NOSPLIT is absent
// for the same reason as in function.
func peak(name string, chains int, vec func() reg.VecVirtual, zero func(reg.VecVirtual)) {
	TEXT(name, 0, "func(n int)")
	Doc(name + " repeats n rounds of independent multiply-adds: see Peak.")
	AllocLocal(256)
	n := Load(Param("n"), GP64())
	x, acc := vec(), make([]reg.VecVirtual, chains)
	zero(x)
	for i := range acc {
		acc[i] = vec()
		zero(acc[i])
	}
	Label("round")
	for _, v := range acc {
		VFMADD231PS(x, x, v)
	}
	DECQ(n)
	JNZ(LabelRef("round"))
	VZEROUPPER()
	RET()
}
