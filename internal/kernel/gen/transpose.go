package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose emits the copy of eight rows of floats into eight columns of a panel, eight by eight:
// fields of kernel.transposition: source, its pitch, destination, its pitch, number of 8×8 blocks.
func transpose() {
	args := function("transposeAVX2", "transposeAVX2 turns rows into columns: see transposition.")
	src, pitch := load(args, 0), load(args, 8)
	dst, step := load(args, 16), load(args, 24)
	blocks := load(args, 32)
	pitch3, step3 := triple(pitch), triple(step)
	half, dhalf := GP64(), GP64()
	LEAQ(Mem{Base: src, Index: pitch, Scale: 4}, half)
	LEAQ(Mem{Base: dst, Index: step, Scale: 4}, dhalf)
	Label("block")
	var row [8]reg.VecVirtual
	for r := range row {
		base := src
		if r >= 4 {
			base = half
		}
		row[r] = vload(rowMem(base, pitch, pitch3, r%4, 0))
	}
	var t, u [8]reg.VecVirtual
	for i := 0; i < 8; i += 2 {
		t[i], t[i+1] = YMM(), YMM()
		VUNPCKLPS(row[i+1], row[i], t[i])
		VUNPCKHPS(row[i+1], row[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for h := range 2 {
			u[i+2*h], u[i+2*h+1] = YMM(), YMM()
			VSHUFPS(Imm(0x44), t[i+2+h], t[i+h], u[i+2*h])
			VSHUFPS(Imm(0xee), t[i+2+h], t[i+h], u[i+2*h+1])
		}
	}
	for i := range 4 {
		lo, hi := YMM(), YMM()
		VPERM2F128(Imm(0x20), u[i+4], u[i], lo)
		VPERM2F128(Imm(0x31), u[i+4], u[i], hi)
		VMOVUPS(lo, rowMem(dst, step, step3, i, 0))
		VMOVUPS(hi, rowMem(dhalf, step, step3, i, 0))
	}
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), half)
	for _, p := range []reg.Register{dst, dhalf} {
		LEAQ(Mem{Base: p, Index: step, Scale: 8}, p)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// packRows emits the copy of runs of 32 floats at a pitch into a panel: fields of
// kernel.transposition, with rows for blocks.
func packRows() {
	args := function("packRowsAVX2", "packRowsAVX2 copies 32 columns of rows: see transposition.")
	src, pitch := load(args, 0), load(args, 8)
	dst, rows := load(args, 16), load(args, 32)
	ahead := rowsAhead(pitch)
	Label("row")
	PREFETCHT0(Mem{Base: src, Index: ahead, Scale: 1})
	PREFETCHT0(Mem{Base: src, Index: ahead, Scale: 1, Disp: 64})
	for i := range 4 {
		VMOVUPS(vload(Mem{Base: src, Disp: 32 * i}), Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(pitch, src)
	ADDQ(U32(128), dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// rowsAhead is how far ahead of a row one to fetch lies: rows may lie too far apart for the
// processor to foresee them. Past the end it fetches nothing.
func rowsAhead(pitch reg.Register) reg.GPVirtual {
	ahead := GP64()
	MOVQ(pitch, ahead)
	SHLQ(Imm(4), ahead)
	return ahead
}

// packTiles emits the copy of rows into tiles of twelve columns each: fields of
// kernel.transposition, with rows for blocks and the distance of the tiles for step.
func packTiles() {
	args := function("packTilesAVX2", "packTilesAVX2 copies the columns of rows into tiles of twelve: see transposition.")
	src, pitch := load(args, 0), load(args, 8)
	dst, step := load(args, 16), load(args, 24)
	rows := load(args, 32)
	ahead := rowsAhead(pitch)
	from, to, tiles := GP64(), GP64(), GP64()
	Label("row")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(Mem{Base: args, Disp: 40}, tiles)
	Label("tile")
	eight, four := YMM(), XMM()
	VMOVUPS(Mem{Base: from}, eight)
	VMOVUPS(Mem{Base: from, Disp: 32}, four)
	PREFETCHT0(Mem{Base: from, Index: ahead, Scale: 1})
	VMOVUPS(eight, Mem{Base: to})
	VMOVUPS(four, Mem{Base: to, Disp: 32})
	ADDQ(Imm(48), from)
	ADDQ(step, to)
	DECQ(tiles)
	JNZ(LabelRef("tile"))
	ADDQ(pitch, src)
	ADDQ(Imm(48), dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
