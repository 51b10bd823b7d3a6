package kernel

import "protobench/internal/team"

// Panels is a matrix B [k,n] in the order in which products read it. Packed once, it serves
// products of any number of rows with it, each on the thread that asks: layers that take rows
// through several products while they are in a core's own cache need no other thread's help.
type Panels struct {
	k, n int
	bf16 bool
	data []float32 // for each block of 512 of k, or of 512 pairs of bf16, its panels of 32 columns

	now  product // B as it is packed
	pack func(task int)

	pairs     pairProduct // B as it is packed in bf16
	packPairs func(task int)
}

// Pack takes op(B), [k,n] with row pitch ldb as stored, in place of what the panels held.
func (p *Panels) Pack(team *team.Team, trans bool, k, n int, b []float32, ldb int) {
	checkMatrix("B", b, ldb, k, n, trans)
	p.k, p.n, p.bf16 = k, n, false
	if need := p.count() * k * tileCols; cap(p.data) < need {
		p.data = make([]float32, need)
	} else {
		p.data = p.data[:need]
	}
	if p.pack == nil {
		p.pack = p.packTask
	}
	p.now = product{transB: trans, b: b, ldb: ldb, n: n}
	team.Do(p.count()*((k+blockK-1)/blockK), p.pack)
	p.now = product{}
}

// count is the number of panels.
func (p *Panels) count() int { return (p.n + tileCols - 1) / tileCols }

func (p *Panels) packTask(i int) {
	k0, q := i/p.count()*blockK, i%p.count()
	p.now.packB(p.data[k0*p.count()*tileCols:], k0, 0, min(blockK, p.k-k0), p.n, q, q+1)
}

// Multiply computes C = A·B, or C = A·B + bias with a bias [n] for every row, A [rows,k], C
// [rows,n], with row pitches lda and ldc: the numbers of [Gemm] and [GemmBias].
func (p *Panels) Multiply(rows int, a []float32, lda int, bias, c []float32, ldc int) {
	checkMatrix("A", a, lda, rows, p.k, false)
	checkMatrix("C", c, ldc, rows, p.n, false)
	if bias != nil {
		checkMatrix("bias", bias, p.n, 1, p.n, false)
		bias = bias[:p.n]
	}
	if rows == 0 || p.n == 0 {
		return
	}
	if p.bf16 && p.k > 0 {
		p.multiplyBF16(rows, a, lda, bias, c, ldc)
		return
	}
	x := newProduct(product{m: rows, n: p.n, k: p.k, a: a, lda: lda, c: c, ldc: ldc, bias: bias})
	defer x.end()
	if p.k == 0 {
		x.nothing()
	}
	for k0 := 0; k0 < p.k; k0 += blockK {
		x.panels = p.data[k0*p.count()*tileCols:]
		x.task(k0, 0, min(blockK, p.k-k0), p.n, 0, rows, 0, p.count())
	}
}
