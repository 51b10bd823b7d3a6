package kernel

import "unsafe"

// packB copies the panels [first,last) of op(B)[k0:k0+kc, n0:n0+nc] to where the first of all
// begins: 32 columns each, padded with zeros.
func (p *product) packB(panels []float32, k0, n0, kc, nc, first, last int) {
	for q := first; q < last; q++ {
		panel, j := panels[q*kc*tileCols:][:kc*tileCols], n0+q*tileCols
		cols := min(tileCols, n0+nc-j)
		if p.transB {
			packTransposed(panel, p.b[j*p.ldb+k0:], p.ldb, kc, cols)
		} else {
			packPanel(panel, p.b[k0*p.ldb+j:], p.ldb, kc, cols)
		}
	}
}

// packPanel copies columns of b [kc,cols].
func packPanel(panel, b []float32, ldb, kc, cols int) {
	if cols == tileCols && isa != Generic {
		t := transposition{src: unsafe.Pointer(&b[0]), pitch: 4 * ldb, dst: unsafe.Pointer(&panel[0]), blocks: kc}
		packRowsAVX2((*byte)(unsafe.Pointer(&t)))
		return
	}
	for l := range kc {
		row := panel[l*tileCols:][:tileCols]
		clear(row[copy(row, b[l*ldb:l*ldb+cols]):])
	}
}

// packTransposed copies rows of b [cols,kc] into columns of the panel.
func packTransposed(panel, b []float32, ldb, kc, cols int) {
	if cols < tileCols {
		clear(panel)
	}
	done := transpose(panel, b, ldb, kc, cols)
	for j := range cols {
		for l, v := range b[j*ldb:][:kc][done:] {
			panel[(done+l)*tileCols+j] = v
		}
	}
}

// packTiles copies rows of op(A) = Aᵀ, a column of a [kc,rows] each, into tiles [kc,12]. What a
// last tile has too many are old numbers that reach only elements which are not stored.
func (w *workspace) packTiles(a []float32, lda, kc, rows int) {
	tiles := rows / tileRows
	if tiles > 0 && isa != Generic {
		t := transposition{
			src: unsafe.Pointer(&a[0]), pitch: 4 * lda, dst: unsafe.Pointer(&w.a[0]), step: 4 * tileRows * kc, blocks: kc, tiles: tiles,
		}
		packTilesAVX2((*byte)(unsafe.Pointer(&t)))
	} else {
		tiles = 0
	}
	for i := tiles * tileRows; i < rows; i += tileRows {
		n := min(tileRows, rows-i)
		for l := range kc {
			copy(w.a[i*kc+l*tileRows:], a[l*lda+i:][:n])
		}
	}
}
