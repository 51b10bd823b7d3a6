package sinkhorn

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// balanceAtOnce is the number of components whose logarithms are gathered into columns at a time,
// and balanceGroup that of a task.
const (
	balanceAtOnce = 16
	balanceGroup  = 4 * balanceAtOnce
)

// Logarithmic runs Sinkhorn-Knopp (Cuturi 2013) on logarithms x [n,K]: the outcome γ gives each
// component the same mass n/K and each embedding the mass 1, the embeddings last. It keeps one
// potential per row and column instead of a scaled matrix, so that no component is lost to
// underflow however far from the batch it is:
//
//	g_k = -ln Σ_i exp(x_ik + f_i),   f_i = -ln Σ_k exp(x_ik + g_k),   γ_ik = exp(x_ik + f_i + g_k)
//
// The first f is 0. A factor common to all components cancels in the embeddings' normalisation. An
// epsilon is added to each sum that a matrix in the making would be divided by, the very first of a
// component excepted, as CAPI has it: embeddings whose mass has shrunk below it in a component's
// normalisation are then left out.
//
// The matrix may come in slices of rows, several times each (start, gather, components,
// embeddings); the potentials are all that is kept of it.
type Logarithmic struct {
	Epsilon    float64
	rows, cols []float32               // f [n], g [K]
	sums       []float32               // [K] logarithms of the sums over the slices since the last potentials
	gathered   bool                    // whether sums has any
	room       []float32               // columns of every task
	temps      kernel.Stock[[]float32] // of rows [K]
}

// Run replaces the logarithms x [n,K] by γ.
func (b *Logarithmic) Run(team *team.Team, x []float32, n, k, iterations int) {
	b.Start(n, k)
	for it := range iterations {
		b.Gather(team, x, 0, n)
		b.Components(it == 0)
		b.Embeddings(team, x, 0, n, it == iterations-1)
	}
}

// Start forgets all potentials.
func (b *Logarithmic) Start(n, k int) {
	if len(b.rows) != n || len(b.cols) != k {
		b.rows, b.cols, b.sums = make([]float32, n), make([]float32, k), make([]float32, k)
	}
	clear(b.rows)
	clear(b.cols)
	b.gathered = false
}

// Gather adds a slice of n rows x [n,K] from row first on to the components' sums.
func (b *Logarithmic) Gather(team *team.Team, x []float32, first, n int) {
	k := len(b.cols)
	groups := (k + balanceGroup - 1) / balanceGroup
	if size := groups * balanceAtOnce * n; len(b.room) < size {
		b.room = make([]float32, size)
	}
	team.Do(groups, func(task int) {
		room := b.room[task*balanceAtOnce*n:][:balanceAtOnce*n]
		for lo := task * balanceGroup; lo < min(k, (task+1)*balanceGroup); lo += balanceAtOnce {
			hi := min(k, lo+balanceAtOnce)
			for i, f := range b.rows[first : first+n] {
				for c, v := range x[i*k+lo : i*k+hi] {
					room[c*n+i] = v + f
				}
			}
			for c := lo; c < hi; c++ {
				sum := kernel.LogSumExp(room[(c-lo)*n:][:n])
				if b.gathered {
					sum = logAdd(b.sums[c], sum)
				}
				b.sums[c] = sum
			}
		}
	})
	b.gathered = true
}

// logAdd is ln(e^a + e^b).
func logAdd(a, b float32) float32 {
	top, low := float64(max(a, b)), float64(min(a, b))
	return float32(top + math.Log1p(math.Exp(low-top)))
}

// Components sets the potentials of the components from their sums.
func (b *Logarithmic) Components(first bool) {
	for c, sum := range b.sums {
		b.cols[c] = b.potential(b.cols[c], sum, first)
	}
	b.gathered = false
}

// Embeddings sets the potentials of the embeddings of a slice of n rows x [n,K] from row first on;
// the last time it sets γ instead.
func (b *Logarithmic) Embeddings(team *team.Team, x []float32, first, n int, last bool) {
	k := len(b.cols)
	team.Chunks(n, kernel.RowChunk(k), func(lo, hi int) {
		temp := b.temps.Get()
		defer b.temps.Put(temp)
		scaled := room(temp, k)
		for i := lo; i < hi; i++ {
			row, at := x[i*k:][:k], first+i
			for c, g := range b.cols {
				scaled[c] = row[c] + g
			}
			switch {
			case !last:
				b.rows[at] = b.potential(b.rows[at], kernel.LogSumExp(scaled), false)
			case b.Epsilon > 0:
				sum := kernel.LogSumExp(scaled)
				kernel.Softmax(row, scaled)
				kernel.Scale(row, row, kernel.Exp(b.potential(b.rows[at], sum, false)+sum))
			default:
				kernel.Softmax(row, scaled)
			}
		}
	})
}

// potential is what a row's or column's potential becomes whose sum without it has the logarithm
// sum.
func (b *Logarithmic) potential(old, sum float32, first bool) float32 {
	if b.Epsilon == 0 || first {
		return -sum
	}
	return old - float32(math.Log(math.Exp(float64(sum+old))+b.Epsilon))
}
