package methods

import (
	"math"

	"protobench/internal/kernel"
)

// assignment gives each embedding to the prototype with the largest cosine, as k-means and its relatives do. Of equal ones the
// first wins.
type assignment struct {
	k, d   int
	cos    []float32
	near   []int     // [n]
	count  []float64 // [K] embeddings given to each prototype
	sum    []float64 // [K,D] their sums
	cosine float64   // mean cosine of an embedding and its prototype
	room   []float64 // [D]
}

func newAssignment(k, d int) *assignment {
	return &assignment{k: k, d: d, count: make([]float64, k), sum: make([]float64, k*d), room: make([]float64, d)}
}

// assign assigns unit embeddings z [n,D] to unit prototypes c [K,D]. Sums are taken in the order of the rows.
func (a *assignment) assign(team *kernel.Team, z, c []float32) {
	n := len(z) / a.d
	if len(a.near) != n {
		a.near, a.cos = make([]int, n), make([]float32, n*a.k)
	}
	scores(team, a.cos, z, c, n, a.d, a.k)
	clear(a.count)
	clear(a.sum)
	a.cosine = 0
	for i := range n {
		row := a.cos[i*a.k:][:a.k]
		k := kernel.Argmax(row)
		a.near[i] = k
		a.count[k]++
		a.cosine += float64(row[k]) / float64(n)
		sum := a.sum[k*a.d:][:a.d]
		for j, v := range z[i*a.d:][:a.d] {
			sum[j] += float64(v)
		}
	}
}

// direction puts a vector on the unit sphere. One without length leaves dst as it is.
func direction(dst []float32, x []float64) {
	var s float64
	for _, v := range x {
		s += float64(v * v)
	}
	norm := math.Sqrt(s)
	if norm <= kernel.NormEps {
		return
	}
	for j, v := range x {
		dst[j] = float32(v / norm)
	}
}
