package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// views emits the kernels that crops are made with.
func views() {
	planes()
	resample()
	mix()
}

// planes: p1, p2, p3 = the colours of the pixels p0 in bytes, over 255.
func planes() {
	l := lanesOf("planesAVX2", "parts the colours of 8-bit pixels", 4)
	full := vload(splat(255))
	var pick [3][2]reg.VecVirtual
	for c := range pick {
		for h := range pick[c] {
			pick[c][h] = XMM()
			VMOVDQU(bytesOf(c, h), pick[c][h])
		}
	}
	l.loop(8, func() {
		low, high := XMM(), XMM()
		VMOVDQU(Mem{Base: l.p[0]}, low)
		VMOVDQU(Mem{Base: l.p[0], Disp: 8}, high)
		for c := range pick {
			a, b, v := XMM(), XMM(), YMM()
			VPSHUFB(pick[c][0], low, a)
			VPSHUFB(pick[c][1], high, b)
			VPOR(a, b, a)
			VPMOVZXBD(a, v)
			VCVTDQ2PS(v, v)
			VMOVUPS(div(v, full), l.at(1+c, 0))
		}
		ADDQ(Imm(24), l.p[0])
	})
	l.ret()
}

// bytesOf says which bytes of the first sixteen of eight pixels, or of the last sixteen, are a
// channel's; those that both halves have are taken from the first.
func bytesOf(channel, half int) Mem {
	m := GLOBL("bytes"+strconv.Itoa(channel)+strconv.Itoa(half), 8|16) // RODATA, NOPTR
	for i := range 16 {
		at, from := 3*i+channel, U8(0x80) // nothing
		switch {
		case i < 8 && half == 0 && at < 16:
			from = U8(at)
		case i < 8 && half == 1 && at >= 16:
			from = U8(at - 8)
		}
		DATA(i, from)
	}
	return m
}

// resample: each row of out = for each group of eight outputs the numbers of src's row from the
// group's start on, in its order, times its weights, tap by tap: fields of kernel.resampling.
func resample() {
	args := function("resampleAVX2", "resampleAVX2 mixes neighbours along rows: see resampling.")
	rows := load(args, 48)
	outRow, srcRow := load(args, 0), load(args, 8)
	step := load(args, 40)
	Label("row")
	out, table, groups := GP64(), load(args, 16), load(args, 24)
	MOVQ(outRow, out)
	Label("group")
	at, taps := GP64(), load(args, 32)
	MOVLQZX(Mem{Base: table}, at)
	LEAQ(Mem{Base: srcRow, Index: at, Scale: 4}, at)
	order, sum := YMM(), YMM()
	VMOVDQU(Mem{Base: table, Disp: 32}, order)
	VPERMPS(Mem{Base: at}, order, sum)
	VMULPS(Mem{Base: table, Disp: 64}, sum, sum)
	ADDQ(Imm(96), table)
	DECQ(taps)
	JZ(LabelRef("store"))
	Label("tap")
	ADDQ(Imm(4), at)
	v := YMM()
	VPERMPS(Mem{Base: at}, order, v)
	VMULPS(Mem{Base: table}, v, v)
	VADDPS(v, sum, sum)
	ADDQ(Imm(32), table)
	DECQ(taps)
	JNZ(LabelRef("tap"))
	Label("store")
	VMOVUPS(sum, Mem{Base: out})
	ADDQ(step, out)
	DECQ(groups)
	JNZ(LabelRef("group"))
	ADDQ(Mem{Base: args, Disp: 56}, outRow)
	ADDQ(Mem{Base: args, Disp: 64}, srcRow)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// mix: each row of out = the sum of arrays that are a pitch apart, from a row of src on, each times
// its weight, in their order: fields of kernel.mixture.
func mix() {
	args := function("mixAVX2", "mixAVX2 mixes arrays: see mixture.")
	outRow, first, weightsRow, rows, pitch := load(args, 0), load(args, 24), load(args, 16), load(args, 32), load(args, 64)
	Label("row")
	out, src := GP64(), GP64()
	MOVQ(outRow, out)
	MOVQ(Mem{Base: first}, src)
	IMULQ(pitch, src)
	ADDQ(Mem{Base: args, Disp: 8}, src)
	for _, part := range []struct {
		name  string
		field int // of the number of blocks
		regs  int
	}{{"wide", 40, 4}, {"narrow", 48, 1}} {
		blocks := load(args, part.field)
		TESTQ(blocks, blocks)
		JZ(LabelRef(part.name + "Done"))
		Label(part.name)
		weights, taps, at := GP64(), load(args, 56), GP64()
		MOVQ(weightsRow, weights)
		MOVQ(src, at)
		w := YMM()
		VBROADCASTSS(Mem{Base: weights}, w)
		sums := make([]reg.VecVirtual, part.regs)
		for i := range sums {
			sums[i] = mul(Mem{Base: at, Disp: 32 * i}, w)
		}
		DECQ(taps)
		JZ(LabelRef(part.name + "Store"))
		Label(part.name + "Tap")
		ADDQ(pitch, at)
		ADDQ(Imm(4), weights)
		VBROADCASTSS(Mem{Base: weights}, w)
		for i, s := range sums {
			VADDPS(mul(Mem{Base: at, Disp: 32 * i}, w), s, s)
		}
		DECQ(taps)
		JNZ(LabelRef(part.name + "Tap"))
		Label(part.name + "Store")
		for i, s := range sums {
			VMOVUPS(s, Mem{Base: out, Disp: 32 * i})
		}
		ADDQ(U32(32*part.regs), src)
		ADDQ(U32(32*part.regs), out)
		DECQ(blocks)
		JNZ(LabelRef(part.name))
		Label(part.name + "Done")
	}
	taps := load(args, 56)
	LEAQ(Mem{Base: weightsRow, Index: taps, Scale: 4}, weightsRow)
	ADDQ(Imm(8), first)
	ADDQ(Mem{Base: args, Disp: 72}, outRow)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
