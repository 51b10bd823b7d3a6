package learner

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Assignment gives each embedding to the prototype with the largest cosine, as k-means and its
// relatives do. Of equal ones the first wins.
type Assignment struct {
	k, d   int
	cos    []float32 // of a block of embeddings
	Near   []int     // [n]
	best   []float32 // [n] their cosines
	Count  []float64 // [K] embeddings given to each prototype
	Sum    []float64 // [K,D] their sums
	cosine float64   // mean cosine of an embedding and its prototype
	room   []float64 // [D]
}

// NewAssignment has room for k prototypes of d dimensions.
func NewAssignment(k, d int) *Assignment {
	return &Assignment{k: k, d: d, Count: make([]float64, k), Sum: make([]float64, k*d), room: make([]float64, d)}
}

// assignBlock is the number of embeddings whose cosines are held at a time.
const assignBlock = 1024

// Assign assigns unit embeddings z [n,D] to unit prototypes c [K,D]. Sums are taken in the order of
// the rows.
func (a *Assignment) Assign(team *team.Team, z, c []float32) {
	n := len(z) / a.d
	if len(a.Near) != n {
		a.Near, a.best = make([]int, n), make([]float32, n)
	}
	if size := min(n, assignBlock) * a.k; len(a.cos) < size {
		a.cos = make([]float32, size)
	}
	for lo := 0; lo < n; lo += assignBlock {
		a.nearest(team, z, c, lo, min(n, lo+assignBlock))
	}
	clear(a.Count)
	clear(a.Sum)
	a.cosine = 0
	for i, k := range a.Near {
		a.Count[k]++
		a.cosine += float64(a.best[i]) / float64(n)
		sum := a.Sum[k*a.d:][:a.d]
		for j, v := range z[i*a.d:][:a.d] {
			sum[j] += float64(v)
		}
	}
}

// nearest finds the prototypes of embeddings lo … hi-1.
func (a *Assignment) nearest(team *team.Team, z, c []float32, lo, hi int) {
	kernel.InnerProducts(team, a.cos, z[lo*a.d:hi*a.d], c, hi-lo, a.d, a.k)
	team.Chunks(hi-lo, kernel.RowChunk(a.k), func(from, to int) {
		for i := from; i < to; i++ {
			row := a.cos[i*a.k:][:a.k]
			k := kernel.Argmax(row)
			a.Near[lo+i], a.best[lo+i] = k, row[k]
		}
	})
}

// empty counts the prototypes that nothing was given to.
func (a *Assignment) empty() int {
	n := 0
	for _, c := range a.Count {
		if c == 0 {
			n++
		}
	}
	return n
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

// MovedBy is the mean number of embeddings of the prototypes that were given some, which weigh
// alike; false before the first assignment.
func (a *Assignment) MovedBy() (float64, bool) {
	var sum, n float64
	for _, c := range a.Count {
		if c > 0 {
			sum, n = sum+c, n+1
		}
	}
	return sum / max(1, n), n > 0
}
