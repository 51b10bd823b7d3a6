package kernel

import "protobench/internal/team"

// PackBF16 is [Panels.Pack] of a matrix that is rounded to bf16: products with it have the numbers
// of [GemmBF16] and [GemmBiasBF16].
func (p *Panels) PackBF16(team *team.Team, trans bool, k, n int, b []float32, ldb int) {
	checkMatrix("B", b, ldb, k, n, trans)
	p.k, p.n, p.bf16 = k, n, true
	if need := p.count() * ((k + 1) / 2) * tileCols; cap(p.data) < need {
		p.data = make([]float32, need)
	} else {
		p.data = p.data[:need]
	}
	if p.packPairs == nil {
		p.packPairs = p.packPairsTask
	}
	p.pairs = pairProduct{transB: trans, k: k, n: n, b: b, ldb: ldb}
	team.Do(p.count()*((k+2*pairsK-1)/(2*pairsK)), p.packPairs)
	p.pairs = pairProduct{}
}

func (p *Panels) packPairsTask(i int) {
	x := p.pairs
	p.at(&x, i/p.count()*2*pairsK)
	x.packTask(i % p.count())
}

// at puts a product on the block of k that begins at k0.
func (p *Panels) at(x *pairProduct, k0 int) {
	x.k0, x.n0, x.kc, x.nc = k0, 0, min(2*pairsK, p.k-k0), p.n
	x.panels = p.data[k0/2*p.count()*tileCols:]
}

// multiplyBF16 is [Panels.Multiply] with panels of bf16.
func (p *Panels) multiplyBF16(rows int, a []float32, lda int, bias, c []float32, ldc int) {
	x := pairProducts.Get()
	defer x.end()
	*x = pairProduct{m: rows, n: p.n, k: p.k, a: a, lda: lda, c: c, ldc: ldc, bias: bias, pack: x.pack, multiply: x.multiply}
	x.across, x.down = 1, (x.tiles()+blockM/tileRows-1)/(blockM/tileRows)
	for k0 := 0; k0 < p.k; k0 += 2 * pairsK {
		p.at(x, k0)
		for i := range x.down {
			x.multiplyTask(i)
		}
	}
}
