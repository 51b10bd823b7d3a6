package kernel

import (
	"fmt"
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
	bias           []float32
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
	multiply(team, product{
		transA: transA, transB: transB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, accumulate: accumulate,
	})
}

// GemmBias computes C = A·B + bias, the bias [n] added to every row: the same numbers as [Gemm]'s with accumulate on a C whose rows are
// the bias, without writing and reading that C.
func GemmBias(team *Team, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	checkMatrix("bias", bias, n, 1, n, false)
	multiply(team, product{m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, bias: bias[:n]})
}

func multiply(team *Team, call product) {
	checkMatrix("A", call.a, call.lda, call.m, call.k, call.transA)
	checkMatrix("B", call.b, call.ldb, call.k, call.n, call.transB)
	checkMatrix("C", call.c, call.ldc, call.m, call.n, false)
	if call.m == 0 || call.n == 0 {
		return
	}
	if call.k == 0 {
		call.nothing()
		return
	}
	p := products.get()
	defer p.end()
	if p.pack == nil {
		p.pack, p.multiply = p.packTask, p.multiplyTask
	}
	call.panels, call.pack, call.multiply = packed.get(), p.pack, p.multiply
	*p = call
	for k0 := 0; k0 < p.k; k0 += blockK {
		for n0 := 0; n0 < p.n; n0 += blockN {
			p.block(team, k0, n0, min(blockK, p.k-k0), min(blockN, p.n-n0))
		}
	}
}

// nothing is the product of no products.
func (p *product) nothing() {
	for i := range p.m {
		row := p.c[i*p.ldc:][:p.n]
		switch {
		case p.bias != nil:
			copy(row, p.bias)
		case !p.accumulate:
			clear(row)
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
