package methods

import "protobench/internal/kernel"

// Sinkhorn turns scores [n,K] into codes q [n,K]: exp(score/ε) balanced by iterations of Sinkhorn-Knopp, so that each prototype
// gets the same mass and each row sums to 1 (Cuturi 2013; Caron et al. 2020, eq. 3-5). q may be the scores.
// Rows are normalised last, so with few iterations the balance over the prototypes is approximate.
func Sinkhorn(team *kernel.Team, q, scores []float32, n, k int, epsilon float64, iterations int) {
	inv, top := float32(1/epsilon), largest(team, scores[:n*k])
	team.Chunks(n, kernel.RowChunk(k), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			kernel.ExpShifted(q[i*k:][:k], scores[i*k:][:k], top, inv)
		}
	})
	balance(team, q, n, k, iterations)
}

// largest is the largest of all scores.
func largest(team *kernel.Team, scores []float32) float32 {
	b := balancers.Get()
	defer balancers.Put(b)
	tops := room(&b.tops, (len(scores)+kernel.ChunkSize-1)/kernel.ChunkSize)
	team.Chunks(len(scores), kernel.ChunkSize, func(lo, hi int) { tops[lo/kernel.ChunkSize] = kernel.Max(scores[lo:hi]) })
	return kernel.Max(tops)
}

// balanceSlices is the number of slices of rows whose column sums are taken on their own and added up in order.
const balanceSlices = 8

// balancer is the room that balancing needs.
type balancer struct {
	tops []float32
	mass []float64 // [K] factors of the columns
	part []float64 // [balanceSlices,K] column sums of the slices
}

var balancers kernel.Stock[balancer]

// room returns n numbers of a buffer that grows.
func room[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	return (*buffer)[:n]
}

// balance runs iterations of Sinkhorn-Knopp on q [n,K], whose entries are positive: each scales the prototypes' mass to 1/K, then the
// rows' to 1. A prototype or row without mass is left alone. q is read and written once an iteration: while a row is at hand,
// its columns and the row are scaled and the result is added to the columns' sums for the next iteration.
func balance(team *kernel.Team, q []float32, n, k, iterations int) {
	b := balancers.Get()
	defer balancers.Put(b)
	mass, part := room(&b.mass, k), room(&b.part, balanceSlices*k)
	slice := (n + balanceSlices - 1) / balanceSlices
	sums := func(f func(row []float32, part []float64)) {
		clear(part)
		team.Chunks(n, slice, func(lo, hi int) {
			own := part[lo/slice*k:][:k]
			for i := lo; i < hi; i++ {
				f(q[i*k:][:k], own)
			}
		})
		columnFactors(team, mass, part)
	}
	sums(func(row []float32, part []float64) { kernel.AddWide(part, row) })
	for range iterations {
		sums(func(row []float32, part []float64) {
			f := 1.0
			if s := kernel.WeightedSum(row, mass); s != 0 {
				f = 1 / s
			}
			kernel.Rescale(row, mass, f, part)
		})
	}
}

// columnFactors adds the slices' sums up in their order and turns them into what scales a column's mass to 1/K.
func columnFactors(team *kernel.Team, mass, part []float64) {
	k := len(mass)
	team.Chunks(k, 4096, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			var m float64
			for s := range balanceSlices {
				m += part[s*k+j]
			}
			if m > 0 {
				m = 1 / (m * float64(k))
			}
			mass[j] = m
		}
	})
}
