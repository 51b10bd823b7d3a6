package kernel

import (
	"fmt"

	"protobench/internal/team"
)

const (
	blockK = 512           // k per block: a panel of B is 64 KB
	blockN = 1024          // columns of B packed at a time: 2 MB, in the shared cache
	blockM = 14 * tileRows // rows of A that a task keeps in its core's own cache: 344 KB
	pitchA = blockK + 16   // of packed rows: a power of two would map a tile's rows to one cache set
	few    = 3 * tileCols  // columns up to which rows of A are read in place even at an aliased pitch
)

// packedB is room for the packed block of B that all tasks of a product share.
type packedB [blockK * blockN]float32

var (
	packed     Stock[packedB]
	workspaces Stock[workspace]
	products   Stock[product]
)

// product is one call of [Gemm].
type product struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	lda, ldb, ldc  int
	accumulate     bool
	bias           []float32
	panels         []float32 // of op(B), at hand
	part           part

	pack, multiply func(task int) // the two tasks of a part, bound once: a closure for each call would be garbage
}

// part is the k block and the columns of op(B) that are at hand, and how they are cut into tasks.
type part struct {
	k0, n0, kc, nc int
	panels, packs  int
	down, across   int // tasks over the rows of C and over its panels
}

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) with accumulate, on row-major float32
// matrices: op(A) is [m,k], op(B) is [k,n], C is [m,n]; lda, ldb, ldc are the row pitches of the
// stored matrices. Each element is a sum of blocks of 512 products, added up in their order, each
// block a chain of multiply-adds in k order from zero, whatever m, n and the team are.
func Gemm(team *team.Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	multiply(team, product{
		transA: transA, transB: transB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, accumulate: accumulate,
	})
}

// GemmBias computes C = A·B + bias, the bias [n] added to every row: the same numbers as [Gemm]'s
// with accumulate on a C whose rows are the bias, without writing and reading that C.
func GemmBias(team *team.Team, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	checkMatrix("bias", bias, n, 1, n, false)
	multiply(team, product{m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, bias: bias[:n]})
}

func multiply(team *team.Team, call product) {
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
	p := newProduct(call)
	defer p.end()
	room := packed.Get()
	defer packed.Put(room)
	p.panels = room[:]
	for k0 := 0; k0 < p.k; k0 += blockK {
		for n0 := 0; n0 < p.n; n0 += blockN {
			p.block(team, k0, n0, min(blockK, p.k-k0), min(blockN, p.n-n0))
		}
	}
}

// newProduct returns a call's product, which is to be ended.
func newProduct(call product) *product {
	p := products.Get()
	if p.pack == nil {
		p.pack, p.multiply = p.packTask, p.multiplyTask
	}
	call.pack, call.multiply = p.pack, p.multiply
	*p = call
	return p
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

// end returns what the call has borrowed. The matrices are let go, so that the stock keeps nobody's
// memory alive.
func (p *product) end() {
	*p = product{pack: p.pack, multiply: p.multiply}
	products.Put(p)
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
func (p *product) block(team *team.Team, k0, n0, kc, nc int) {
	panels := (nc + tileCols - 1) / tileCols
	threads := team.Threads()
	if p.m*kc*nc < small {
		team, threads = nil, 1
	}
	p.part = part{k0: k0, n0: n0, kc: kc, nc: nc, panels: panels, packs: min(panels, 4*threads)}
	p.part.down, p.part.across = p.cut(threads, panels)
	team.Do(p.part.packs, p.pack)
	team.Do(p.part.down*p.part.across, p.multiply)
}

func (p *product) packTask(i int) {
	b := &p.part
	p.packB(p.panels, b.k0, b.n0, b.kc, b.nc, i*b.panels/b.packs, (i+1)*b.panels/b.packs)
}

func (p *product) multiplyTask(i int) {
	b, tiles := &p.part, p.tiles()
	r, c := i%b.down, i/b.down
	lo, hi := r*tiles/b.down*tileRows, min(p.m, (r+1)*tiles/b.down*tileRows)
	p.task(b.k0, b.n0, b.kc, b.nc, lo, hi, c*b.panels/b.across, (c+1)*b.panels/b.across)
}

// tiles is how many tiles the rows of C take.
func (p *product) tiles() int { return (p.m + tileRows - 1) / tileRows }

// cut returns into how many tasks the rows and the panels are cut: rows first, in whole tiles, as
// many for each thread. A task's rows fit its core's cache.
func (p *product) cut(threads, panels int) (down, across int) {
	tiles, chunk := p.tiles(), blockM/tileRows
	down = (tiles + chunk - 1) / chunk
	down = min(tiles, (down+threads-1)/threads*threads)
	if down < threads {
		return down, min(panels, 2*threads)
	}
	return down, 1
}
