package kernel

import (
	"fmt"
	"sync"
	"unsafe"
)

const (
	blockK = 512 // k per packed block: a panel of B is 64 KB
	blockN = 256 // columns packed at a time: 512 KB, half of a core's L2
)

// workspace is the scratch of one product.
type workspace struct {
	b [blockK * blockN]float32     // packed panels of B, [panel][k][32]
	a [4 * blockK]float32          // last rows of A, padded to four with zeros
	c [tileRows * tileCols]float32 // a tile of C that sticks out of it
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) with accumulate, on row-major float32
// matrices: op(A) is [m,k], op(B) is [k,n], C is [m,n]; lda, ldb, ldc are the row pitches of the
// stored matrices. Each element is summed in k order in blocks of 512 whatever m and n are.
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
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	for k0 := 0; k0 < k; k0 += blockK {
		kc := min(blockK, k-k0)
		for n0 := 0; n0 < n; n0 += blockN {
			nc := min(blockN, n-n0)
			w.packB(transB, kc, nc, b, ldb, k0, n0)
			w.multiply(transA, m, nc, kc, a, lda, k0, c[n0:], ldc, accumulate || k0 > 0)
		}
	}
}

func checkMatrix(name string, x []float32, ld, rows, cols int, trans bool) {
	if trans {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || rows > 0 && cols > 0 && (ld < cols || len(x) < (rows-1)*ld+cols) {
		panic(fmt.Sprintf("kernel: %s [%d,%d] with pitch %d does not fit %d numbers", name, rows, cols, ld, len(x)))
	}
}

// packB copies op(B)[k0:k0+kc, n0:n0+nc] into panels of 32 columns, padded with zeros.
func (w *workspace) packB(trans bool, kc, nc int, b []float32, ldb, k0, n0 int) {
	for p, j := 0, 0; j < nc; p, j = p+1, j+tileCols {
		panel := w.b[p*kc*tileCols:][:kc*tileCols]
		cols := min(tileCols, nc-j)
		if trans {
			packTransposed(panel, b[(n0+j)*ldb+k0:], ldb, kc, cols)
			continue
		}
		packPanel(panel, b[k0*ldb+n0+j:], ldb, kc, cols)
	}
}

func packPanel(panel, b []float32, ldb, kc, cols int) {
	for l := range kc {
		row := panel[l*tileCols:][:tileCols]
		n := copy(row, b[l*ldb:l*ldb+cols])
		clear(row[n:])
	}
}

func packTransposed(panel, b []float32, ldb, kc, cols int) {
	for j := range cols {
		col := b[j*ldb:][:kc]
		for l, v := range col {
			panel[l*tileCols+j] = v
		}
	}
	for j := cols; j < tileCols; j++ {
		for l := range kc {
			panel[l*tileCols+j] = 0
		}
	}
}

// multiply adds one k block of A times the packed panels to nc columns of C.
func (w *workspace) multiply(transA bool, m, nc, kc int, a []float32, lda, k0 int, c []float32, ldc int, acc bool) {
	rs, ks, first := 4*lda, 4, k0
	if transA {
		rs, ks, first = 4, 4*lda, k0*lda
	}
	t := tile{rs: rs, ks: ks, bs: 4 * tileCols, runs: 1, runLen: kc}
	if acc {
		t.acc = 1
	}
	whole := m / 4 * 4
	for p, j := 0, 0; j < nc; p, j = p+1, j+tileCols {
		t.b = unsafe.Pointer(&w.b[p*kc*tileCols])
		cols := min(tileCols, nc-j)
		for i := 0; i < whole; i += tileRows {
			groups := min(3, (whole-i)/4)
			for g := range groups {
				t.a[g] = unsafe.Add(unsafe.Pointer(&a[first]), (i+4*g)*rs)
			}
			w.store(t, groups, 4*groups, cols, c[i*ldc+j:], ldc)
		}
		if whole < m {
			w.lastRows(transA, m-whole, kc, a, lda, whole, k0)
			s := t
			s.rs, s.ks, s.a[0] = 4*blockK, 4, unsafe.Pointer(&w.a[0])
			w.store(s, 1, m-whole, cols, c[whole*ldc+j:], ldc)
		}
	}
}

// lastRows copies fewer than four rows of op(A) from row i on; the rows after them keep old numbers
// that reach only elements which are not stored.
func (w *workspace) lastRows(trans bool, rows, kc int, a []float32, lda, i, k0 int) {
	for r := range rows {
		for l := range kc {
			at := (i+r)*lda + k0 + l
			if trans {
				at = (k0+l)*lda + i + r
			}
			w.a[r*blockK+l] = a[at]
		}
	}
}

// store runs the tile onto C, through scratch where it would stick out.
func (w *workspace) store(t tile, groups, rows, cols int, c []float32, ldc int) {
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
		t.c[g] = unsafe.Pointer(&w.c[4*g*tileCols])
	}
	if t.acc == 1 {
		for r := range rows {
			copy(w.c[r*tileCols:], c[r*ldc:r*ldc+cols])
		}
	}
	t.run(groups, cols)
	for r := range rows {
		copy(c[r*ldc:r*ldc+cols], w.c[r*tileCols:])
	}
}
