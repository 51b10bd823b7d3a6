package kernel

import "unsafe"

// workspace is the scratch of one task.
type workspace struct {
	a [blockM * pitchA]float32 // packed rows of A
	c corner
	r [tileCols]float32 // the end of a bias

	last unsafe.Pointer // the last group of rows read in place, if there are fewer than four in it
}

// row is where a tile reads its part of a bias, a whole tile's width.
func (w *workspace) row(bias []float32) unsafe.Pointer {
	if len(bias) == tileCols {
		return unsafe.Pointer(&bias[0])
	}
	copy(w.r[:], bias)
	return unsafe.Pointer(&w.r[0])
}

// corner is room for a tile that sticks out of C.
type corner [tileRows * tileCols]float32

// task multiplies the rows [lo,hi) with the panels [first,last).
func (p *product) task(k0, n0, kc, nc, lo, hi, first, last int) {
	w := workspaces.Get()
	defer workspaces.Put(w)
	t := tile{bs: 4 * tileCols, runs: 1, runLen: kc}
	switch {
	case p.accumulate || k0 > 0:
		t.acc = accC
	case p.bias != nil:
		t.acc = accRow
	}
	base, step := p.rows(w, &t, k0, kc, lo, hi)
	for q := first; q < last; q++ {
		t.b = unsafe.Pointer(&p.panels[q*kc*tileCols])
		j := n0 + q*tileCols
		cols := min(tileCols, n0+nc-j)
		if t.acc == accRow {
			t.row = w.row(p.bias[j : j+cols])
		}
		for i, at := lo, 0; i < hi; i, at = i+tileRows, at+step { // an offset: a pointer past the rows must not be formed
			rows := min(tileRows, hi-i)
			groups := (rows + 3) / 4
			for g := range groups {
				t.a[g] = unsafe.Add(base, at+4*g*t.rs)
			}
			if w.last != nil && i+4*groups > hi {
				t.a[groups-1] = w.last
			}
			w.c.store(&t, groups, rows, cols, p.c[i*p.ldc+j:], p.ldc)
		}
	}
}

// aliased is the pitch in floats at multiples of which the rows of a tile meet in a quarter of the
// cache's sets or less.
const aliased = 512

// rows makes the rows [lo,hi) of op(A) ready, packed or in place, and returns where they begin and
// the bytes to the next tile.
func (p *product) rows(w *workspace, t *tile, k0, kc, lo, hi int) (base unsafe.Pointer, step int) {
	w.last = nil
	switch {
	case p.transA:
		w.packTiles(p.a[k0*p.lda+lo:], p.lda, kc, hi-lo)
		t.rs, t.ks = 4, 4*tileRows
		return unsafe.Pointer(&w.a[0]), 4 * tileRows * kc
	case (p.n <= few || p.lda%aliased != 0) && w.packLast(p.a[lo*p.lda+k0:], p.lda, kc, hi-lo):
		t.rs, t.ks = 4*p.lda, 4
		return unsafe.Pointer(&p.a[lo*p.lda+k0]), tileRows * t.rs
	}
	for i := lo; i < hi; i++ {
		copy(w.a[(i-lo)*pitchA:][:kc], p.a[i*p.lda+k0:])
	}
	t.rs, t.ks = 4*pitchA, 4
	return unsafe.Pointer(&w.a[0]), tileRows * t.rs
}

// packLast copies what does not fill a group of four of the rows of a, at the pitch that they have
// there, so that reading the group stays inside, and reports whether there is room for it. What the
// group has too many are old numbers that reach only elements which are not stored.
func (w *workspace) packLast(a []float32, lda, kc, rows int) bool {
	n := rows % 4
	if n == 0 {
		return true
	}
	if 3*lda+kc > len(w.a) {
		return false
	}
	for r := range n {
		copy(w.a[r*lda:][:kc], a[(rows-n+r)*lda:])
	}
	w.last = unsafe.Pointer(&w.a[0])
	return true
}

// store runs the tile onto C, through scratch where it would stick out.
func (k *corner) store(t *tile, groups, rows, cols int, c []float32, ldc int) {
	if cols%halfCols == 0 && rows == 4*groups {
		t.cs = 4 * ldc
		for g := range groups {
			t.c[g] = unsafe.Pointer(&c[4*g*ldc])
		}
		t.run(groups, cols)
		return
	}
	t.cs = 4 * tileCols
	for g := range groups {
		t.c[g] = unsafe.Pointer(&k[4*g*tileCols])
	}
	if t.acc == accC {
		for r := range rows {
			copy(k[r*tileCols:], c[r*ldc:r*ldc+cols])
		}
	}
	t.run(groups, cols)
	for r := range rows {
		copy(c[r*ldc:r*ldc+cols], k[r*tileCols:])
	}
}
