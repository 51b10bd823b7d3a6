package main

import (
	"math"
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Lane kernels walk flat arrays, eight float32 numbers a register, with no fused multiply-add, so
// that their Go twins give the same bits. Offsets of kernel.lanes' fields: pointers, blocks,
// float32 and float64 constants.
const (
	lanePointers = 0
	laneBlocks   = 48
	laneC        = 56
	laneF        = 88
)

// lane is a kernel's loop: its arrays and the current place in them, in bytes of float32.
type lane struct {
	args reg.Register
	p    []reg.GPVirtual
	off  reg.GPVirtual
}

// lanesOf starts a kernel over some arrays.
func lanesOf(name, does string, arrays int) lane {
	args := function(name, name+" "+does+".")
	l := lane{args: args, off: GP64()}
	for i := range arrays {
		l.p = append(l.p, load(args, lanePointers+8*i))
	}
	XORQ(l.off, l.off)
	return l
}

// loop emits body once for each block of so many numbers.
func (l lane) loop(numbers int, body func()) {
	n := load(l.args, laneBlocks)
	Label("loop")
	body()
	ADDQ(U32(4*numbers), l.off)
	DECQ(n)
	JNZ(LabelRef("loop"))
}

func (l lane) ret() {
	VZEROUPPER()
	RET()
}

// at addresses number i of the current block of array a.
func (l lane) at(a, i int) Mem { return Mem{Base: l.p[a], Index: l.off, Scale: 1, Disp: 4 * i} }

// wide addresses number i of the current block of a float64 array.
func (l lane) wide(a, i int) Mem { return Mem{Base: l.p[a], Index: l.off, Scale: 2, Disp: 8 * i} }

// c is float32 constant i in all lanes.
func (l lane) c(i int) reg.VecVirtual {
	v := YMM()
	VBROADCASTSS(Mem{Base: l.args, Disp: laneC + 4*i}, v)
	return v
}

// f is float64 constant i in all lanes.
func (l lane) f(i int) reg.VecVirtual {
	v := YMM()
	VBROADCASTSD(Mem{Base: l.args, Disp: laneF + 8*i}, v)
	return v
}

// widen gives the four numbers of half h of a register, or of a place in memory, as float64.
func widen(v reg.VecVirtual, h int) reg.VecVirtual {
	w := YMM()
	if h == 0 {
		VCVTPS2PD(v.AsX(), w)
		return w
	}
	x := XMM()
	VEXTRACTF128(Imm(1), v, x)
	VCVTPS2PD(x, w)
	return w
}

func widenMem(m Mem) reg.VecVirtual {
	w := YMM()
	VCVTPS2PD(m, w)
	return w
}

// sums are the sixteen float64 lanes of a sum: number i goes to lane i mod 16.
type sums []reg.VecVirtual

func newSums() sums {
	return avx2.wideSums()
}

// add adds the eight numbers of a register to half h of the lanes.
func (s sums) add(v reg.VecVirtual, h int) {
	for i := range 2 {
		VADDPD(widen(v, i), s[2*h+i], s[2*h+i])
	}
}

// store writes the total to number at of array a.
func (s sums) store(l lane, a, at int) { VMOVSD(s.total(), Mem{Base: l.p[a], Disp: 8 * at}) }

// total adds the lanes up by halves, as kernel.laneSums does.
func (s sums) total() reg.VecVirtual {
	for n := len(s) / 2; n > 0; n /= 2 {
		for i := range n {
			VADDPD(s[i+n], s[i], s[i])
		}
	}
	low := s[0].AsY()
	if s[0].Size() == 64 {
		half := YMM()
		VEXTRACTF64X4(Imm(1), s[0], half)
		VADDPD(half, low, low)
	}
	x, y := s[0].AsX(), XMM()
	VEXTRACTF128(Imm(1), low, y)
	VADDPD(y, x, x)
	VUNPCKHPD(x, x, y)
	sum := XMM()
	VADDSD(y, x, sum)
	return sum
}

// splats are the constants that kernels read from memory, sixteen equal numbers each.
var splats = map[uint32]Mem{}

func splat(x float32) Mem { return splatBits(math.Float32bits(x)) }

func splatBits(bits uint32) Mem {
	m, ok := splats[bits]
	if !ok {
		m = GLOBL("splat"+strconv.FormatUint(uint64(bits), 16), 8|16) // RODATA, NOPTR
		for i := range 16 {
			DATA(4*i, U32(bits))
		}
		splats[bits] = m
	}
	return m
}
