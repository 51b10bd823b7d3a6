package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bf16 emits the kernels of products of bf16.
func bf16() {
	for groups := 1; groups <= 3; groups++ {
		for halves := 1; halves <= 2; halves++ {
			tileBF16(groups, halves)
		}
	}
	narrowRows()
	pairRows()
	winogradInputBF16()
	winogradInputPairs()
	winogradSpreadPairs()
}

// dotPairs adds the products of the pairs of a and b to sum: of the upper numbers first. narrow rounds
// low and high to the halves of pairs. Neither avo nor Go's assembler knows them: see encode.
func dotPairs(a, b, sum reg.VecVirtual) { unknown("VDPBF16PS", true, a, b, sum) }

func narrow(low, high, to reg.VecVirtual) { unknown("VCVTNE2PS2BF16", false, low, high, to) }

// half rounds the numbers of a register to bf16 in its lower half.
func half(v reg.VecVirtual) {
	Instruction(&ir.Instruction{Opcode: "VCVTNEPS2BF16", Operands: []Op{v, v}, Inputs: []Op{v}, Outputs: []Op{v}})
}

func unknown(name string, reads bool, a, b, to reg.VecVirtual) {
	in := []Op{a, b}
	if reads {
		in = append(in, to)
	}
	Instruction(&ir.Instruction{Opcode: name, Operands: []Op{a, b, to}, Inputs: in, Outputs: []Op{to}})
}

// opcodes are the last byte of the opcode and the bits of the prefix that stand for F3 or F2.
var opcodes = map[string]struct{ code, prefix byte }{
	"VDPBF16PS": {0x52, 2}, "VCVTNE2PS2BF16": {0x72, 3}, "VCVTNEPS2BF16": {0x72, 2},
}

var instruction = regexp.MustCompile(`(?m)^\t(VDPBF16PS|VCVTNE2PS2BF16|VCVTNEPS2BF16)\s+Z(\d+), (?:Z(\d+), )?Z(\d+)$`)

// encode writes the bytes of the instructions that Go's assembler lacks into the generated file
// (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, section 2.7.1: EVEX with
// registers alone, 512 bits, no mask).
func encode() error {
	path := flag.Lookup("out").Value.String()
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, instruction.ReplaceAllFunc(text, func(line []byte) []byte {
		m := instruction.FindSubmatch(line)
		op := opcodes[string(m[1])]
		rm, v, r := number(m[2]), number(m[3]), number(m[4])
		inverted := func(x byte, bit, to int) byte { return (^x >> bit & 1) << to }
		bytes := []byte{
			0x62, inverted(r, 3, 7) | inverted(rm, 4, 6) | inverted(rm, 3, 5) | inverted(r, 4, 4) | 2,
			^v&15<<3 | 1<<2 | op.prefix, 2<<5 | inverted(v, 4, 3), op.code, 3<<6 | r&7<<3 | rm&7,
		}
		var b strings.Builder
		for _, x := range bytes {
			fmt.Fprintf(&b, "BYTE $0x%02x; ", x)
		}
		return []byte("\t" + strings.TrimSuffix(b.String(), "; ") + " // " + strings.TrimSpace(string(line)))
	}), 0o644)
}

func number(text []byte) byte {
	if len(text) == 0 {
		return 0
	}
	n, err := strconv.ParseUint(string(text), 10, 8)
	if err != nil {
		panic(err)
	}
	return byte(n)
}

// tileBF16 emits C[4·groups,16·halves] (+)= A·B where k counts pairs of bf16.
func tileBF16(groups, halves int) {
	tile512(groups, halves, "bf16", "register tile of pairs", func(a Mem, bs, acc []reg.VecVirtual) {
		x := ZMM()
		VBROADCASTSS(a, x)
		for h, b := range bs {
			dotPairs(b, x, acc[h])
		}
	})
}

// Offsets of the fields of kernel.pairing.
const (
	pairSrc, pairNext, pairPitch      = 0, 8, 16
	pairDst, pairStep                 = 24, 32
	pairRowCount, pairBlocks          = 40, 48
	pairTail, pairTailNext, pairStore = 56, 64, 72
	pairBoth                          = 80
)

// overRows emits block for all whole blocks of all rows, then tail where there is one.
func overRows(args reg.Register, fromBytes int, pointers []int, block, tail func(from []reg.GPVirtual, to reg.Register)) {
	rows, n := load(args, pairRowCount), GP64()
	pitch, step := load(args, pairPitch), load(args, pairStep)
	var src, from []reg.GPVirtual
	for _, off := range pointers {
		src, from = append(src, load(args, off)), append(from, GP64())
	}
	dst, to := load(args, pairDst), GP64()
	Label("row")
	for i := range src {
		MOVQ(src[i], from[i])
	}
	MOVQ(dst, to)
	MOVQ(Mem{Base: args, Disp: pairBlocks}, n)
	TESTQ(n, n)
	JZ(LabelRef("tail"))
	Label("block")
	block(from, to)
	for _, p := range from {
		ADDQ(U32(uint32(fromBytes)), p)
	}
	ADDQ(Imm(64), to)
	DECQ(n)
	JNZ(LabelRef("block"))
	Label("tail")
	CMPQ(Mem{Base: args, Disp: pairStore}, Imm(0))
	JE(LabelRef("next"))
	tail(from, to)
	Label("next")
	for _, p := range src {
		ADDQ(pitch, p)
	}
	ADDQ(step, dst)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// opmask loads a mask from the arguments.
func opmask(args reg.Register, off int) reg.OpmaskVirtual {
	x, k := GP64(), K()
	MOVQ(Mem{Base: args, Disp: off}, x)
	KMOVW(x.As32(), k)
	return k
}

// narrowRows: neighbours of a row become pairs.
func narrowRows() {
	args := function("narrowBF16", "narrowBF16 rounds rows to pairs of neighbours: see pairing.")
	low, high, store := opmask(args, pairTail), opmask(args, pairTailNext), opmask(args, pairStore)
	x, y := ZMM(), ZMM()
	overRows(args, 128, []int{pairSrc}, func(from []reg.GPVirtual, to reg.Register) {
		VMOVUPS(Mem{Base: from[0]}, x)
		VMOVUPS(Mem{Base: from[0], Disp: 64}, y)
		narrow(x, y, x)
		VMOVUPS(x, Mem{Base: to})
	}, func(from []reg.GPVirtual, to reg.Register) {
		VMOVUPS_Z(Mem{Base: from[0]}, low, x)
		VMOVUPS_Z(Mem{Base: from[0], Disp: 64}, high, y)
		narrow(x, y, x)
		VMOVDQU32(x, store, Mem{Base: to})
	})
}

// pairRows: numbers above each other in two rows become pairs.
func pairRows() {
	args := function("pairBF16", "pairBF16 rounds two rows to pairs of what lies above each other: see pairing.")
	first, second := opmask(args, pairTail), opmask(args, pairTailNext)
	both, store := opmask(args, pairBoth), opmask(args, pairStore)
	x, y, index := ZMM(), ZMM(), beside()
	overRows(args, 64, []int{pairSrc, pairNext}, func(from []reg.GPVirtual, to reg.Register) {
		VMOVUPS(Mem{Base: from[0]}, x)
		VMOVUPS_Z(Mem{Base: from[1]}, both, y)
		narrow(x, y, x)
		VPERMW(x, index, x)
		VMOVUPS(x, Mem{Base: to})
	}, func(from []reg.GPVirtual, to reg.Register) {
		VMOVUPS_Z(Mem{Base: from[0]}, first, x)
		VMOVUPS_Z(Mem{Base: from[1]}, second, y)
		narrow(x, y, x)
		VPERMW(x, index, x)
		VMOVDQU32(x, store, Mem{Base: to})
	})
}

// winogradBF16 addresses the tiles of a transformation to pairs, sixteen channels at a time: the
// fields of kernel.transform, with counts in memory.
type winogradBF16 struct {
	winogradTile
	col5 reg.Register
}

// pixel is column c of row r, of two tiles beside each other.
func (w winogradBF16) pixel(r, c int) Mem {
	switch c {
	case 4:
		return Mem{Base: w.pix[r], Index: w.col, Scale: 4}
	case 5:
		return Mem{Base: w.pix[r], Index: w.col5, Scale: 1}
	}
	return w.at(r, c)
}

// overPairs emits body for each tile (or each two) and each block of sixteen channels, which take
// so many bytes among the frequencies.
func overPairs(name, doc string, rows, bytes int, body func(w winogradBF16)) {
	args := function(name, name+doc)
	tiles, blocks := AllocLocal(8), AllocLocal(8)
	count := func(m Mem, off int) {
		n := GP64()
		MOVQ(Mem{Base: args, Disp: off}, n)
		MOVQ(n, m)
	}
	var w winogradBF16
	w.plane = load(args, winPlane)
	w.plane3 = triple(w.plane)
	four := GP64()
	LEAQ(Mem{Base: w.plane, Index: w.plane3, Scale: 1}, four)
	w.freq = rowPointers(load(args, winFreq), four, winogradRows)
	w.pix = rowPointers(load(args, winPix), load(args, winRow), rows)
	w.col = load(args, winCol)
	w.col3 = triple(w.col)
	col5 := GP64()
	LEAQ(Mem{Base: w.col, Index: w.col, Scale: 4}, col5)
	w.col5 = col5
	count(tiles, winTiles)
	Label("tile")
	count(blocks, winBlocks)
	Label("block")
	body(w)
	for _, p := range w.pix {
		ADDQ(Imm(64), p)
	}
	for _, p := range w.freq {
		ADDQ(Imm(uint64(bytes)), p)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))
	for _, p := range w.pix {
		ADDQ(Mem{Base: args, Disp: winPixSkip}, p)
	}
	for _, p := range w.freq {
		ADDQ(Mem{Base: args, Disp: winFreqSkip}, p)
	}
	DECQ(tiles)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// wide are operations on sixteen numbers.
func wideLoad(m Mem) reg.VecVirtual {
	v := ZMM()
	VMOVUPS(m, v)
	return v
}

func wideAdd(a, b reg.VecVirtual) reg.VecVirtual {
	v := ZMM()
	VADDPS(b, a, v)
	return v
}

// wideSub is a - b.
func wideSub(a, b reg.VecVirtual) reg.VecVirtual {
	v := ZMM()
	VSUBPS(b, a, v)
	return v
}

// inputRows emits the rows of Bᵀ·x for the first columns of pixels, from which across makes the
// rows of frequencies: see winogradInput.
func (w winogradBF16) inputRows(columns int, across func(i int, t []reg.VecVirtual)) {
	for i, r := range [4]struct {
		a, b int
		op   func(a, b reg.VecVirtual) reg.VecVirtual
	}{{0, 2, wideSub}, {1, 2, wideAdd}, {2, 1, wideSub}, {3, 1, wideSub}} {
		t := make([]reg.VecVirtual, columns)
		for c := range t {
			t[c] = r.op(wideLoad(w.pixel(r.a, c)), wideLoad(w.pixel(r.b, c)))
		}
		across(i, t)
	}
}

// inputRow are the four frequencies of a row of a tile.
func inputRow(t []reg.VecVirtual) [4]reg.VecVirtual {
	return [4]reg.VecVirtual{wideSub(t[0], t[2]), wideAdd(t[1], t[2]), wideSub(t[2], t[1]), wideSub(t[3], t[1])}
}

// winogradInputBF16: frequencies Bᵀ·x·B of a tile of 4×4 pixels, rounded to pairs of channels.
func winogradInputBF16() {
	overPairs("winogradInputBF16", " transforms tiles of 4×4 pixels to pairs of channels: see winogradInput.", 4, 32, func(w winogradBF16) {
		w.ahead(4, 2)
		w.inputRows(4, func(i int, t []reg.VecVirtual) {
			for j, v := range inputRow(t) {
				half(v)
				VMOVUPS(v.AsY(), w.plan(i, j))
			}
		})
	})
}

// pairTiles emits the pairs of two tiles' frequencies.
func (w winogradBF16) pairTiles(i int, first, second [4]reg.VecVirtual, index reg.VecVirtual) {
	for j := range first {
		v := ZMM()
		narrow(first[j], second[j], v)
		VPERMW(v, index, v)
		VMOVUPS(v, w.plan(i, j))
	}
}

// winogradInputPairs: frequencies of two tiles side by side, rounded to pairs of tiles.
func winogradInputPairs() {
	overPairs("winogradInputPairs", " transforms two tiles of 4×4 pixels at a time to pairs: see winogradInput.", 4, 64, func(w winogradBF16) {
		index := beside()
		w.ahead(4, 2)
		w.ahead(4, 4)
		w.inputRows(6, func(i int, t []reg.VecVirtual) { w.pairTiles(i, inputRow(t), inputRow(t[2:]), index) })
	})
}

// winogradSpreadPairs: frequencies A·dy·Aᵀ of two tiles of 2×2 output gradients.
func winogradSpreadPairs() {
	overPairs("winogradSpreadPairs", " transforms two tiles of 2×2 gradients at a time to pairs: see winogradSpread.", 2, 64, func(w winogradBF16) {
		index := beside()
		w.ahead(2, 0)
		w.ahead(2, 2)
		row := func(x, y reg.VecVirtual) [4]reg.VecVirtual {
			return [4]reg.VecVirtual{x, wideAdd(x, y), wideSub(x, y), y}
		}
		var top, bottom, sum, difference [4]reg.VecVirtual
		for c := range top {
			top[c], bottom[c] = wideLoad(w.pixel(0, c)), wideLoad(w.pixel(1, c))
			sum[c], difference[c] = wideAdd(top[c], bottom[c]), wideSub(top[c], bottom[c])
		}
		for i, r := range [4][4]reg.VecVirtual{top, sum, difference, bottom} {
			w.pairTiles(i, row(r[0], r[1]), row(r[2], r[3]), index)
		}
	})
}

// beside is the order in which the numbers of two registers become pairs.
func beside() reg.VecVirtual {
	if besideData.Symbol.Name == "" {
		besideData = GLOBL("besideBF16", attr.RODATA|attr.NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(16+i)<<16|uint32(i)))
		}
	}
	v := ZMM()
	VMOVUPS(besideData, v)
	return v
}

var besideData Mem
