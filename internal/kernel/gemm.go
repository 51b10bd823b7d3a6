package kernel

import (
	"fmt"
	"unsafe"
)

const (
	blockK = 512           // k per block: a panel of B is 64 KB
	blockN = 1024          // columns of B packed at a time: 2 MB, in the shared cache
	blockM = 14 * tileRows // rows of A that a task keeps in its core's own cache: 344 KB
	pitchA = blockK + 16   // of packed rows: a power of two would map a tile's rows to one cache set
	few    = 3 * tileCols  // columns up to which rows of A are read in place
)

// packedB is room for the packed block of B that all tasks of a product share.
type packedB [blockK * blockN]float32

// workspace is the scratch of one task.
type workspace struct {
	a [blockM * pitchA]float32 // packed rows of A
	c corner
}

// corner is room for a tile that sticks out of C.
type corner [tileRows * tileCols]float32

var (
	packed     stock[packedB]
	workspaces stock[workspace]
	products   stock[product]
)

// product is one call of [Gemm].
type product struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	lda, ldb, ldc  int
	accumulate     bool
	panels         *packedB
	part           part

	pack, multiply func(task int) // the two tasks of a part, bound once: a closure for each call would be garbage
}

// part is the k block and the columns of op(B) that are at hand, and how they are cut into tasks.
type part struct {
	k0, n0, kc, nc int
	panels, packs  int
	rows, cols     int // rows and panels of a task
}

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) with accumulate, on row-major float32
// matrices: op(A) is [m,k], op(B) is [k,n], C is [m,n]; lda, ldb, ldc are the row pitches of the
// stored matrices. Each element is a sum of blocks of 512 products, added up in their order, each block a chain of
// multiply-adds in k order from zero, whatever m, n and the team are.
func Gemm(team *Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	checkMatrix("A", a, lda, m, k, transA)
	checkMatrix("B", b, ldb, k, n, transB)
	checkMatrix("C", c, ldc, m, n, false)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !accumulate {
			for i := range m {
				clear(c[i*ldc : i*ldc+n])
			}
		}
		return
	}
	p := products.get()
	defer p.end()
	if p.pack == nil {
		p.pack, p.multiply = p.packTask, p.multiplyTask
	}
	*p = product{
		transA: transA, transB: transB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc,
		accumulate: accumulate, panels: packed.get(), pack: p.pack, multiply: p.multiply,
	}
	for k0 := 0; k0 < k; k0 += blockK {
		for n0 := 0; n0 < n; n0 += blockN {
			p.block(team, k0, n0, min(blockK, k-k0), min(blockN, n-n0))
		}
	}
}

// end returns what the call has borrowed. The matrices are let go, so that the stock keeps nobody's memory alive.
func (p *product) end() {
	packed.put(p.panels)
	*p = product{pack: p.pack, multiply: p.multiply}
	products.put(p)
}

func checkMatrix(name string, x []float32, ld, rows, cols int, trans bool) {
	if trans {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || rows > 0 && cols > 0 && (ld < cols || len(x) < (rows-1)*ld+cols) {
		panic(fmt.Sprintf("kernel: %s [%d,%d] with pitch %d does not fit %d numbers", name, rows, cols, ld, len(x)))
	}
}

// small is the number of multiply-adds below which a block is not worth sharing.
const small = 1 << 18

// block adds one k block of op(A) times nc columns of op(B) to C.
func (p *product) block(team *Team, k0, n0, kc, nc int) {
	panels := (nc + tileCols - 1) / tileCols
	if team.Threads() == 1 || p.m*kc*nc < small {
		p.packB(k0, n0, kc, nc, 0, panels)
		rows, _ := p.cut(1, panels)
		for lo := 0; lo < p.m; lo += rows {
			p.task(k0, n0, kc, nc, lo, min(p.m, lo+rows), 0, panels)
		}
		return
	}
	rows, cols := p.cut(team.Threads(), panels)
	p.part = part{k0: k0, n0: n0, kc: kc, nc: nc, panels: panels, packs: min(panels, 4*team.Threads()), rows: rows, cols: cols}
	team.Do(p.part.packs, p.pack)
	down := (p.m + rows - 1) / rows
	team.Do(down*((panels+cols-1)/cols), p.multiply)
}

func (p *product) packTask(i int) {
	b := &p.part
	p.packB(b.k0, b.n0, b.kc, b.nc, i*b.panels/b.packs, (i+1)*b.panels/b.packs)
}

func (p *product) multiplyTask(i int) {
	b := &p.part
	down := (p.m + b.rows - 1) / b.rows
	lo, first := i%down*b.rows, i/down*b.cols
	p.task(b.k0, b.n0, b.kc, b.nc, lo, min(p.m, lo+b.rows), first, min(b.panels, first+b.cols))
}

// cut returns how many rows and how many panels a task takes: rows are shared out first, in whole tiles.
func (p *product) cut(threads, panels int) (rows, cols int) {
	tiles, chunk := (p.m+tileRows-1)/tileRows, blockM/tileRows
	n := (tiles + chunk - 1) / chunk
	n = min(tiles, (n+threads-1)/threads*threads)
	rows, cols = (tiles+n-1)/n*tileRows, panels
	if n < threads {
		cols = max(1, panels/(2*threads))
	}
	return rows, cols
}

// task multiplies the rows [lo,hi) with the panels [first,last).
func (p *product) task(k0, n0, kc, nc, lo, hi, first, last int) {
	w := workspaces.get()
	defer workspaces.put(w)
	t := tile{bs: 4 * tileCols, runs: 1, runLen: kc}
	if p.accumulate || k0 > 0 {
		t.acc = 1
	}
	base, step := p.rows(w, &t, k0, kc, lo, hi)
	for q := first; q < last; q++ {
		t.b = unsafe.Pointer(&p.panels[q*kc*tileCols])
		j := n0 + q*tileCols
		cols := min(tileCols, n0+nc-j)
		for i, at := lo, 0; i < hi; i, at = i+tileRows, at+step { // an offset: a pointer past the rows must not be formed
			rows := min(tileRows, hi-i)
			groups := (rows + 3) / 4
			for g := range groups {
				t.a[g] = unsafe.Add(base, at+4*g*t.rs)
			}
			w.c.store(&t, groups, rows, cols, p.c[i*p.ldc+j:], p.ldc)
		}
	}
}

// rows makes the rows [lo,hi) of op(A) ready, packed or in place, and returns where they begin and the bytes to the next tile.
func (p *product) rows(w *workspace, t *tile, k0, kc, lo, hi int) (base unsafe.Pointer, step int) {
	switch {
	case p.transA:
		w.packTiles(p.a[k0*p.lda+lo:], p.lda, kc, hi-lo)
		t.rs, t.ks = 4, 4*tileRows
		return unsafe.Pointer(&w.a[0]), 4 * tileRows * kc
	case p.n <= few && (hi-lo)%4 == 0:
		t.rs, t.ks = 4*p.lda, 4
		return unsafe.Pointer(&p.a[lo*p.lda+k0]), tileRows * t.rs
	}
	for i := lo; i < hi; i++ {
		copy(w.a[(i-lo)*pitchA:][:kc], p.a[i*p.lda+k0:])
	}
	t.rs, t.ks = 4*pitchA, 4
	return unsafe.Pointer(&w.a[0]), tileRows * t.rs
}

// packTiles copies rows of op(A) = Aᵀ, a column of a [kc,rows] each, into tiles [kc,12]. What a last tile has too many
// are old numbers that reach only elements which are not stored.
func (w *workspace) packTiles(a []float32, lda, kc, rows int) {
	for l := range kc {
		row := a[l*lda:][:rows]
		for i, at := 0, l*tileRows; i < rows; i, at = i+tileRows, at+kc*tileRows {
			if rows-i >= tileRows {
				*(*[tileRows]float32)(w.a[at:]) = *(*[tileRows]float32)(row[i:])
				continue
			}
			copy(w.a[at:], row[i:])
		}
	}
}

// store runs the tile onto C, through scratch where it would stick out.
func (k *corner) store(t *tile, groups, rows, cols int, c []float32, ldc int) {
	if cols == tileCols && rows == 4*groups {
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
	if t.acc == 1 {
		for r := range rows {
			copy(k[r*tileCols:], c[r*ldc:r*ldc+cols])
		}
	}
	t.run(groups, cols)
	for r := range rows {
		copy(c[r*ldc:r*ldc+cols], k[r*tileCols:])
	}
}
