package sinkhorn

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Sinkhorn turns scores [n,K] into codes q [n,K]: exp(score/ε) balanced by iterations of
// Sinkhorn-Knopp, so that each prototype gets the same mass and each row sums to 1 (Cuturi 2013;
// Caron et al. 2020, eq. 3-5). q may be the scores. Rows are normalised last, so with few
// iterations the balance over the prototypes is approximate.
func Sinkhorn(team *team.Team, q, scores []float32, n, k int, epsilon float64, iterations int) {
	b := newBalance(q, n, k)
	defer b.end()
	b.scores, b.inv = scores[:n*k], float32(1/epsilon)
	team.Chunks(n*k, kernel.ChunkSize, b.tasks.largest)
	b.top = kernel.Max(b.tops)
	team.Chunks(n, kernel.RowChunk(k), b.tasks.exponentials)
	b.run(team, iterations)
}

// Balance runs iterations of Sinkhorn-Knopp on q [n,K], whose entries are positive: each scales the
// prototypes' mass to 1/K, then the rows' to 1. A prototype or row without mass is left alone.
func Balance(team *team.Team, q []float32, n, k, iterations int) {
	b := newBalance(q, n, k)
	defer b.end()
	b.run(team, iterations)
}

// balanceSlices is the number of slices of rows whose column sums are taken on their own and added
// up in order.
const balanceSlices = 8

// balancer is a call's matrix, the room that it needs, and a team's tasks on pieces of either,
// which are made once.
type balancer struct {
	n, k     int
	q        []float32 // [n,K]
	scores   []float32 // [n,K], what q is made of
	top, inv float32   // the largest of all scores, and 1/ε

	tops []float32
	mass []float64 // [K] factors of the columns
	part []float64 // [balanceSlices,K] column sums of the slices

	tasks struct{ largest, exponentials, sums, scaled, factors func(lo, hi int) }
}

var balancers kernel.Stock[balancer]

// newBalance returns a balancer for q [n,K].
func newBalance(q []float32, n, k int) *balancer {
	b := balancers.Get()
	if t := &b.tasks; t.sums == nil {
		t.largest, t.exponentials, t.sums, t.scaled, t.factors = b.largest, b.exponentials, b.sums, b.scaled, b.factors
	}
	b.q, b.n, b.k = q, n, k
	b.tops = room(&b.tops, (n*k+kernel.ChunkSize-1)/kernel.ChunkSize)
	b.mass, b.part = room(&b.mass, k), room(&b.part, balanceSlices*k)
	return b
}

// room returns n numbers of a buffer that grows.
func room[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	return (*buffer)[:n]
}

// end gives the room back and lets go of the caller's matrices.
func (b *balancer) end() {
	b.q, b.scores = nil, nil
	balancers.Put(b)
}

func (b *balancer) row(x []float32, i int) []float32 { return x[i*b.k:][:b.k] }

func (b *balancer) largest(lo, hi int) { b.tops[lo/kernel.ChunkSize] = kernel.Max(b.scores[lo:hi]) }

func (b *balancer) exponentials(lo, hi int) {
	for i := lo; i < hi; i++ {
		kernel.ExpShifted(b.row(b.q, i), b.row(b.scores, i), b.top, b.inv)
	}
}

// run reads and writes q once an iteration: while a row is at hand, its columns and the row are
// scaled and the result is added to the columns' sums for the next iteration.
func (b *balancer) run(team *team.Team, iterations int) {
	b.columns(team, b.tasks.sums)
	for range iterations {
		b.columns(team, b.tasks.scaled)
	}
}

// columns has the slices' column sums taken and turns them into factors.
func (b *balancer) columns(team *team.Team, sums func(lo, hi int)) {
	clear(b.part)
	team.Chunks(b.n, b.slice(), sums)
	team.Chunks(b.k, 4096, b.tasks.factors)
}

// slice is the number of rows in a slice.
func (b *balancer) slice() int { return (b.n + balanceSlices - 1) / balanceSlices }

// own are the column sums of the slice that begins at a row.
func (b *balancer) own(lo int) []float64 { return b.part[lo/b.slice()*b.k:][:b.k] }

func (b *balancer) sums(lo, hi int) {
	own := b.own(lo)
	for i := lo; i < hi; i++ {
		kernel.AddWide(own, b.row(b.q, i))
	}
}

// scaled scales the columns of a slice, then its rows to the sum 1.
func (b *balancer) scaled(lo, hi int) {
	own := b.own(lo)
	for i := lo; i < hi; i++ {
		row, f := b.row(b.q, i), 1.0
		if s := kernel.WeightedSum(row, b.mass); s != 0 {
			f = 1 / s
		}
		kernel.Rescale(row, b.mass, f, own)
	}
}

// factors adds the slices' sums up in their order and turns them into what scales a column's mass
// to 1/K.
func (b *balancer) factors(lo, hi int) {
	for j := lo; j < hi; j++ {
		var m float64
		for s := range balanceSlices {
			m += b.part[s*b.k+j]
		}
		if m > 0 {
			m = 1 / (m * float64(b.k))
		}
		b.mass[j] = m
	}
}
