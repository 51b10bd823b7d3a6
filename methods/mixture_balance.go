package methods

import (
	"math"

	"protobench/internal/kernel"
)

// balanceAtOnce is the number of components whose logarithms are gathered into columns at a time, and balanceGroup that of
// a task.
const (
	balanceAtOnce = 16
	balanceGroup  = 4 * balanceAtOnce
)

// logBalancer runs Sinkhorn-Knopp (Cuturi 2013) on logarithms x [n,K]: the outcome γ gives each component the same mass n/K and each
// embedding the mass 1, the embeddings last. It keeps one potential per row and column instead of a scaled matrix, so
// that no component is lost to underflow however far from the batch it is:
//
//	g_k = -ln Σ_i exp(x_ik + f_i),   f_i = -ln Σ_k exp(x_ik + g_k),   γ_ik = exp(x_ik + f_i + g_k)
//
// The first f is 0. A factor common to all components cancels in the embeddings' normalisation. An epsilon is added to each sum that
// a matrix in the making would be divided by, the very first of a component excepted, as CAPI has it: embeddings whose mass
// has shrunk below it in a component's normalisation are then left out.
type logBalancer struct {
	epsilon    float64
	rows, cols []float32 // f [n], g [K]
	room       []float32 // columns of every task
}

// run replaces the logarithms x [n,K] by γ.
func (b *logBalancer) run(team *kernel.Team, x []float32, n, k, iterations int) {
	groups := (k + balanceGroup - 1) / balanceGroup
	if size := groups * balanceAtOnce * n; len(b.room) < size {
		b.room = make([]float32, size)
	}
	if len(b.rows) != n || len(b.cols) != k {
		b.rows, b.cols = make([]float32, n), make([]float32, k)
	}
	clear(b.rows)
	clear(b.cols)
	for it := range iterations {
		team.Do(groups, func(task int) {
			b.components(x, n, k, task, it == 0)
		})
		b.embeddings(team, x, k, it == iterations-1)
	}
}

// components sets the potentials of one group of components from those of the embeddings.
func (b *logBalancer) components(x []float32, n, k, task int, first bool) {
	room := b.room[task*balanceAtOnce*n:][:balanceAtOnce*n]
	for lo := task * balanceGroup; lo < min(k, (task+1)*balanceGroup); lo += balanceAtOnce {
		hi := min(k, lo+balanceAtOnce)
		for i, f := range b.rows {
			for c, v := range x[i*k+lo : i*k+hi] {
				room[c*n+i] = v + f
			}
		}
		for c := lo; c < hi; c++ {
			b.cols[c] = b.potential(b.cols[c], kernel.LogSumExp(room[(c-lo)*n:][:n]), first)
		}
	}
}

// embeddings sets the potentials of the embeddings from those of the components; the last time it sets γ instead.
func (b *logBalancer) embeddings(team *kernel.Team, x []float32, k int, last bool) {
	team.Chunks(len(b.rows), kernel.RowChunk(k), func(lo, hi int) {
		room := make([]float32, k)
		for i := lo; i < hi; i++ {
			row := x[i*k:][:k]
			for c, g := range b.cols {
				room[c] = row[c] + g
			}
			switch {
			case !last:
				b.rows[i] = b.potential(b.rows[i], kernel.LogSumExp(room), false)
			case b.epsilon > 0:
				sum := kernel.LogSumExp(room)
				kernel.Softmax(row, room)
				kernel.Scale(row, row, kernel.Exp(b.potential(b.rows[i], sum, false)+sum))
			default:
				kernel.Softmax(row, room)
			}
		}
	})
}

// potential is what a row's or column's potential becomes whose sum without it has the logarithm sum.
func (b *logBalancer) potential(old, sum float32, first bool) float32 {
	if b.epsilon == 0 || first {
		return -sum
	}
	return old - float32(math.Log(math.Exp(float64(sum+old))+b.epsilon))
}
