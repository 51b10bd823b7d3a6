package kernel

import "unsafe"

// packB copies the panels [first,last) of op(B)[k0:k0+kc, n0:n0+nc]: 32 columns each, padded with zeros.
func (p *product) packB(k0, n0, kc, nc, first, last int) {
	for q := first; q < last; q++ {
		panel, j := p.panels[q*kc*tileCols:][:kc*tileCols], n0+q*tileCols
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
	done := transpose(panel, b, ldb, kc, cols)
	for j := range cols {
		for l, v := range b[j*ldb:][:kc][done:] {
			panel[(done+l)*tileCols+j] = v
		}
	}
	for j := cols; j < tileCols; j++ {
		for l := range kc {
			panel[l*tileCols+j] = 0
		}
	}
}
