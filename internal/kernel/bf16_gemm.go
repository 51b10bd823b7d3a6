package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

const (
	pairsK      = 512         // pairs per block of k: a panel of B is 64 KB
	pitchPairs  = pairsK + 16 // of rows of pairs: a power of two would map a tile's rows to one cache set
	pitchBeside = blockM + 4  // of pairs of rows, for A stored as its transpose
	pitchTurned = pairsK + 4  // of rows of B that are to become columns
	columnsN    = blockN      // columns of B packed at a time
)

// pairRoom is the scratch of one task.
type pairRoom struct {
	a      [blockM * pitchPairs]float32    // rows of A, or pairs of them
	turned [tileCols * pitchTurned]float32 // rows of B before they become columns
	bias   [tileCols]float32               // the end of a bias
	c      corner
}

var (
	pairPanels   Stock[[pairsK * columnsN]float32]
	pairRooms    Stock[pairRoom]
	pairProducts Stock[pairProduct]
)

// pairProduct is one call of [GemmBF16].
type pairProduct struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	lda, ldb, ldc  int
	accumulate     bool
	bias           []float32

	room           *[pairsK * columnsN]float32 // borrowed; nil where the panels are somebody's
	panels         []float32                   // of op(B), at hand
	k0, n0, kc, nc int                         // the block at hand, in numbers
	down, across   int                         // its tasks over the rows of C and over its panels
	pack, multiply func(task int)
}

// GemmBF16 is [Gemm] of matrices that are rounded to bf16 as they are read: C = op(A)·op(B), or
// C += op(A)·op(B) with accumulate. Each element is a sum of blocks of 1,024 products, added up in
// their order; a block is a chain of sums in float32 from zero over pairs in k order, of each
// pair first the second product. The bits depend neither on the team nor on whether the processor
// has the instructions, see [HasBF16].
func GemmBF16(team *team.Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	multiplyPairs(team, pairProduct{
		transA: transA, transB: transB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, accumulate: accumulate,
	})
}

// GemmBiasBF16 is [GemmBias] of matrices that are rounded to bf16 as they are read; the bias is not.
func GemmBiasBF16(team *team.Team, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
	checkMatrix("bias", bias, n, 1, n, false)
	multiplyPairs(team, pairProduct{m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, bias: bias[:n]})
}

func multiplyPairs(team *team.Team, call pairProduct) {
	if call.k == 0 {
		multiply(team, product{m: call.m, n: call.n, a: call.a, b: call.b, c: call.c, ldc: call.ldc, accumulate: call.accumulate, bias: call.bias})
		return
	}
	checkMatrix("A", call.a, call.lda, call.m, call.k, call.transA)
	checkMatrix("B", call.b, call.ldb, call.k, call.n, call.transB)
	checkMatrix("C", call.c, call.ldc, call.m, call.n, false)
	if call.m == 0 || call.n == 0 {
		return
	}
	p := pairProducts.Get()
	defer p.end()
	if p.pack == nil {
		p.pack, p.multiply = p.packTask, p.multiplyTask
	}
	call.room, call.pack, call.multiply = pairPanels.Get(), p.pack, p.multiply
	call.panels = call.room[:]
	*p = call
	for p.k0 = 0; p.k0 < p.k; p.k0 += 2 * pairsK {
		for p.n0 = 0; p.n0 < p.n; p.n0 += columnsN {
			p.kc, p.nc = min(2*pairsK, p.k-p.k0), min(columnsN, p.n-p.n0)
			p.block(team)
		}
	}
}

// end returns what the call has borrowed, and lets the matrices go.
func (p *pairProduct) end() {
	if p.room != nil {
		pairPanels.Put(p.room)
	}
	*p = pairProduct{pack: p.pack, multiply: p.multiply}
	pairProducts.Put(p)
}

// pairs is the length of the block in pairs.
func (p *pairProduct) pairs() int { return (p.kc + 1) / 2 }

func (p *pairProduct) panelCount() int { return (p.nc + tileCols - 1) / tileCols }

func (p *pairProduct) tiles() int { return (p.m + tileRows - 1) / tileRows }

// block adds one block of k of op(A) times some columns of op(B) to C.
func (p *pairProduct) block(team *team.Team) {
	threads := team.Threads()
	if p.m*p.pairs()*p.nc < small {
		team, threads = nil, 1
	}
	p.cut(threads)
	team.Do(p.panelCount(), p.pack)
	team.Do(p.down*p.across, p.multiply)
}

// cut says into how many tasks rows and panels are cut: rows first, in whole tiles, as many for
// each thread. A task's rows fit its core's cache.
func (p *pairProduct) cut(threads int) {
	tiles, most := p.tiles(), blockM/tileRows
	p.across = 1
	p.down = (tiles + most - 1) / most
	p.down = min(tiles, (p.down+threads-1)/threads*threads)
	if p.down < threads {
		p.across = min(p.panelCount(), 2*threads)
	}
}

// packTask packs one panel: pairs of rows of B, or rows of pairs turned into columns.
func (p *pairProduct) packTask(q int) {
	n := p.pairs()
	panel, j := p.panels[q*n*tileCols:][:n*tileCols], p.n0+q*tileCols
	cols := min(tileCols, p.n0+p.nc-j)
	if !p.transB {
		pairDown(panel, tileCols, p.b[p.k0*p.ldb+j:], p.ldb, cols, p.kc)
		return
	}
	w := pairRooms.Get()
	defer pairRooms.Put(w)
	narrowRows(w.turned[:], pitchTurned, p.b[j*p.ldb+p.k0:], p.ldb, p.kc, cols)
	packTransposed(panel, w.turned[:], pitchTurned, n, cols)
}

// multiplyTask multiplies some rows with some panels.
func (p *pairProduct) multiplyTask(i int) {
	w := pairRooms.Get()
	defer pairRooms.Put(w)
	r, q, tiles, panels := i%p.down, i/p.down, p.tiles(), p.panelCount()
	lo, hi := r*tiles/p.down*tileRows, min(p.m, (r+1)*tiles/p.down*tileRows)
	t := tile{pairs: true, bs: 4 * tileCols, runs: 1, runLen: p.pairs()}
	switch {
	case p.accumulate || p.k0 > 0:
		t.acc = accC
	case p.bias != nil:
		t.acc = accRow
	}
	step := p.rows(w, &t, lo, hi)
	for q, last := q*panels/p.across, (q+1)*panels/p.across; q < last; q++ {
		p.panel(w, t, step, lo, hi, q)
	}
}

// rows rounds the rows [lo,hi) of op(A) and returns the bytes from tile to tile.
func (p *pairProduct) rows(w *pairRoom, t *tile, lo, hi int) (step int) {
	if p.transA {
		pairDown(w.a[:], pitchBeside, p.a[p.k0*p.lda+lo:], p.lda, hi-lo, p.kc)
		t.rs, t.ks = 4, 4*pitchBeside
	} else {
		narrowRows(w.a[:], pitchPairs, p.a[lo*p.lda+p.k0:], p.lda, p.kc, hi-lo)
		t.rs, t.ks = 4*pitchPairs, 4
	}
	return tileRows * t.rs
}

// panel multiplies the rows [lo,hi) with one panel.
func (p *pairProduct) panel(w *pairRoom, t tile, step, lo, hi, q int) {
	t.b = unsafe.Pointer(&p.panels[q*t.runLen*tileCols])
	j := p.n0 + q*tileCols
	cols := min(tileCols, p.n0+p.nc-j)
	if t.acc == accRow {
		copy(w.bias[:], p.bias[j:j+cols])
		t.row = unsafe.Pointer(&w.bias)
	}
	base := unsafe.Pointer(&w.a)
	for i, at := lo, 0; i < hi; i, at = i+tileRows, at+step {
		rows := min(tileRows, hi-i)
		groups := (rows + 3) / 4
		for g := range groups {
			t.a[g] = unsafe.Add(base, at+4*g*t.rs)
		}
		w.c.store(&t, groups, rows, cols, p.c[i*p.ldc+j:], p.ldc)
	}
}
