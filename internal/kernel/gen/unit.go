package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// unit is a width that kernels of heavy arithmetic are emitted for; the lanes' operations are the
// same in both.
type unit struct {
	suffix string
	size   int // float32 numbers a register
	ways   int // registers that a step works on side by side, to hide the latency of long chains
}

var (
	avx2   = unit{"AVX2", 8, 2}
	avx512 = unit{"AVX512", 16, 4}
)

func (u unit) reg() reg.VecVirtual {
	if u.size == 16 {
		return ZMM()
	}
	return YMM()
}

func (u unit) regs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = u.reg()
	}
	return v
}

func (u unit) load(m Mem) reg.VecVirtual {
	v := u.reg()
	VMOVUPS(m, v)
	return v
}

// floor rounds down.
func (u unit) floor(v reg.VecVirtual) {
	if u.size == 16 {
		VRNDSCALEPS(Imm(9), v, v)
	} else {
		VROUNDPS(Imm(9), v, v)
	}
}

// positive puts a where x > 0, else b, in b.
func (u unit) positive(x, a, b reg.VecVirtual) {
	zero := u.reg()
	if u.size == 16 {
		VPXORD(zero, zero, zero)
		k := K()
		VCMPPS(Imm(14), zero, x, k)
		VMOVAPS(a, k, b)
		return
	}
	VXORPS(zero, zero, zero)
	VCMPPS(Imm(14), zero, x, zero)
	VBLENDVPS(zero, a, b, b)
}

// loop emits body for n registers, as many blocks of sixteen numbers as there are: by ways while
// they last, then by one block.
func (u unit) loop(l lane, body func(n int)) {
	n, block := load(l.args, laneBlocks), 16/u.size
	if more := u.ways / block; more > 1 {
		CMPQ(n, Imm(uint64(more)))
		JL(LabelRef("single"))
		Label("ways")
		body(u.ways)
		ADDQ(U32(64*more), l.off)
		SUBQ(Imm(uint64(more)), n)
		CMPQ(n, Imm(uint64(more)))
		JGE(LabelRef("ways"))
		TESTQ(n, n)
		JZ(LabelRef("done"))
	}
	Label("single")
	body(block)
	ADDQ(Imm(64), l.off)
	DECQ(n)
	JNZ(LabelRef("single"))
	Label("done")
}

// c is float32 constant i of the lanes.
func (u unit) c(l lane, i int) reg.VecVirtual {
	v := u.reg()
	VBROADCASTSS(Mem{Base: l.args, Disp: laneC + 4*i}, v)
	return v
}

// wideSums are the sixteen float64 lanes of a sum, in two or four registers.
func (u unit) wideSums() sums {
	s := sums(u.regs(32 / u.size))
	for _, v := range s {
		if u.size == 16 {
			VPXORD(v, v, v)
		} else {
			VXORPD(v, v, v)
		}
	}
	return s
}

// addWide adds register i of a step to the lanes.
func (u unit) addWide(s sums, v reg.VecVirtual, i int) {
	if u.size == 8 {
		s.add(v, i%2)
		return
	}
	low, high, half := ZMM(), ZMM(), YMM()
	VCVTPS2PD(v.AsY(), low)
	VEXTRACTF64X4(Imm(1), v, half)
	VCVTPS2PD(half, high)
	VADDPD(low, s[0], s[0])
	VADDPD(high, s[1], s[1])
}
