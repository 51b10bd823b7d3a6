package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of kernel.transform: the pixel side (or the taps of a kernel), the
// frequency side, and counts.
const (
	winPix, winRow, winCol     = 0, 8, 16
	winFreq, winPlane          = 24, 32
	winTiles, winBlocks        = 40, 48
	winPixSkip, winFreqSkip    = 56, 64
	winogradRows, winogradTaps = 4, 3
)

// winogradTile addresses eight channels of one tile: its pixels, and its frequencies, which are
// planes apart.
type winogradTile struct {
	pix, freq                []reg.GPVirtual // one pointer for each row
	col, col3, plane, plane3 reg.Register
}

func (w winogradTile) at(r, c int) Mem { return rowMem(w.pix[r], w.col, w.col3, c, 0) }

func (w winogradTile) plan(i, j int) Mem { return rowMem(w.freq[i], w.plane, w.plane3, j, 0) }

// overTiles emits body for each tile and each block of eight channels. rows is the height of the
// pixel side.
func overTiles(name, doc string, rows int, body func(w winogradTile)) {
	args := function(name, name+doc)
	var w winogradTile
	w.col, w.plane = load(args, winCol), load(args, winPlane)
	w.col3, w.plane3 = triple(w.col), triple(w.plane)
	pitch, four := load(args, winRow), GP64()
	LEAQ(Mem{Base: w.plane, Index: w.plane3, Scale: 1}, four)
	w.pix = rowPointers(load(args, winPix), pitch, rows)
	w.freq = rowPointers(load(args, winFreq), four, winogradRows)
	tiles, blocks := load(args, winTiles), GP64()
	all := append(append([]reg.GPVirtual(nil), w.pix...), w.freq...)
	Label("tile")
	MOVQ(Mem{Base: args, Disp: winBlocks}, blocks)
	Label("block")
	body(w)
	for _, p := range all {
		ADDQ(Imm(32), p)
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

// ahead fetches what the next tiles need in the two columns from c on.
func (w winogradTile) ahead(rows, c int) {
	for r := range rows {
		for i := range 2 {
			m := w.at(r, c+i)
			m.Disp = 1024
			PREFETCHT0(m)
		}
	}
}

func rowPointers(first reg.GPVirtual, pitch reg.Register, n int) []reg.GPVirtual {
	rows := []reg.GPVirtual{first}
	for len(rows) < n {
		p := GP64()
		LEAQ(Mem{Base: rows[len(rows)-1], Index: pitch, Scale: 1}, p)
		rows = append(rows, p)
	}
	return rows
}

// winogradInput: frequencies Bᵀ·x·B of a tile of 4×4 pixels.
func winogradInput() {
	overTiles("winogradInputAVX2", " transforms tiles of 4×4 pixels: see winogradInput.", 4, func(w winogradTile) {
		across := func(i int, t [4]reg.VecVirtual) {
			VMOVUPS(sub(t[0], t[2]), w.plan(i, 0))
			VMOVUPS(add(t[1], t[2]), w.plan(i, 1))
			VMOVUPS(sub(t[2], t[1]), w.plan(i, 2))
			VMOVUPS(sub(t[3], t[1]), w.plan(i, 3))
		}
		minus := func(i, a, b int) { // row i is pixel row a less pixel row b
			var t [4]reg.VecVirtual
			for c := range t {
				t[c] = sub(vload(w.at(a, c)), w.at(b, c))
			}
			across(i, t)
		}
		w.ahead(4, 2)
		minus(0, 0, 2)
		var t, u [4]reg.VecVirtual
		for c := range t {
			x, y := vload(w.at(1, c)), vload(w.at(2, c))
			t[c], u[c] = add(x, y), sub(y, x)
		}
		across(1, t)
		across(2, u)
		minus(3, 3, 1)
	})
}

// winogradOutput: 2×2 pixels Aᵀ·m·A of a tile's frequencies.
func winogradOutput() {
	overTiles("winogradOutputAVX2", " transforms products to tiles of 2×2 pixels: see winogradOutput.", 2, func(w winogradTile) {
		w.ahead(2, 0)
		var t, u [4]reg.VecVirtual
		for j := range t {
			x, y := vload(w.plan(1, j)), vload(w.plan(2, j))
			t[j], u[j] = add(w.plan(0, j), x), sub(x, y)
			VADDPS(y, t[j], t[j])
			VADDPS(w.plan(3, j), u[j], u[j])
		}
		for r, s := range [2][4]reg.VecVirtual{t, u} {
			VMOVUPS(add(s[2], add(s[0], s[1])), w.at(r, 0))
			VMOVUPS(add(s[3], sub(s[1], s[2])), w.at(r, 1))
		}
	})
}

// winogradSpread: frequencies A·dy·Aᵀ of a tile of 2×2 output gradients.
func winogradSpread() {
	overTiles("winogradSpreadAVX2", " transforms tiles of 2×2 gradients: see winogradSpread.", 2, func(w winogradTile) {
		across := func(i int, x, y reg.VecVirtual) {
			VMOVUPS(x, w.plan(i, 0))
			VMOVUPS(add(x, y), w.plan(i, 1))
			VMOVUPS(sub(x, y), w.plan(i, 2))
			VMOVUPS(y, w.plan(i, 3))
		}
		w.ahead(2, 0)
		a, b, c, d := vload(w.at(0, 0)), vload(w.at(0, 1)), vload(w.at(1, 0)), vload(w.at(1, 1))
		across(0, a, b)
		across(1, add(a, c), add(b, d))
		across(2, sub(a, c), sub(b, d))
		across(3, c, d)
	})
}

// winogradWeights: frequencies G·w·Gᵀ of 3×3 taps.
func winogradWeights() {
	overTiles("winogradWeightsAVX2", " transforms 3×3 taps: see winogradWeights.", winogradTaps, func(w winogradTile) {
		half := splat(0.5)
		widen := func(x, y, z reg.VecVirtual) (a, b reg.VecVirtual) {
			e := add(x, z)
			a, b = add(e, y), sub(e, y)
			VMULPS(half, a, a)
			VMULPS(half, b, b)
			return a, b
		}
		across := func(i int, t [3]reg.VecVirtual) {
			a, b := widen(t[0], t[1], t[2])
			for j, v := range []reg.VecVirtual{t[0], a, b, t[2]} {
				VMOVUPS(v, w.plan(i, j))
			}
		}
		var t, u, first, last [3]reg.VecVirtual
		for c := range first {
			first[c] = vload(w.at(0, c))
		}
		across(0, first)
		for c := range last {
			last[c] = vload(w.at(2, c))
		}
		across(3, last)
		for c := range t {
			t[c], u[c] = widen(vload(w.at(0, c)), vload(w.at(1, c)), vload(w.at(2, c)))
		}
		across(1, t)
		across(2, u)
	})
}

// winogradGradient: 3×3 taps Gᵀ·s·G of the sums of products.
func winogradGradient() {
	overTiles("winogradTapsAVX2", " transforms products to 3×3 taps: see winogradTaps.", winogradTaps, func(w winogradTile) {
		half := splat(0.5)
		narrow := func(m0 Op, m1, m2 reg.VecVirtual, m3 Op) (r [3]reg.VecVirtual) {
			e := add(m1, m2)
			r[1] = sub(m1, m2)
			VMULPS(half, e, e)
			VMULPS(half, r[1], r[1])
			r[0], r[2] = add(m0, e), add(m3, e)
			return r
		}
		var t [4][3]reg.VecVirtual
		for j := range t {
			t[j] = narrow(w.plan(0, j), vload(w.plan(1, j)), vload(w.plan(2, j)), w.plan(3, j))
		}
		for r := range 3 {
			for c, v := range narrow(t[0][r], t[1][r], t[2][r], t[3][r]) {
				VMOVUPS(v, w.at(r, c))
			}
		}
	})
}
