package learner

import (
	"math/rand/v2"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// centresChunk is the number of embeddings whose scores are held at a time; it is fixed so that no
// sum depends on room or threads.
const centresChunk = 1024

// centres are the outcome of Lloyd's algorithm (k-means) on embeddings z [n,D] by Euclidean
// distance. A centre that nothing is assigned to stays where it is; of equally near ones the first
// wins.
type centres struct {
	k, d     int
	Value    []float32 // [K,D]
	Near     []int     // [n]
	Distance []float64 // [n] squared distances to the nearest centre
	count    []float64 // [K]
}

// StartAt returns K rows of z [n,D], different ones as long as there are enough.
func StartAt(rng *rand.Rand, z []float32, k, d int) []float32 {
	n, c := len(z)/d, make([]float32, k*d)
	order := rng.Perm(n)
	for i := range k {
		copy(c[i*d:][:d], z[order[i%n]*d:][:d])
	}
	return c
}

// NewCentres runs iterations of k-means on z [n,D] from centres start [K,D] and assigns z a last
// time.
func NewCentres(team *team.Team, z, start []float32, d, iterations int) *centres {
	c := &centres{k: len(start) / d, d: d, Value: slices.Clone(start)}
	c.Near, c.Distance, c.count = make([]int, len(z)/d), make([]float64, len(z)/d), make([]float64, c.k)
	room, half := make([]float32, centresChunk*c.k), make([]float32, c.k)
	for range iterations {
		c.assign(team, z, room, half)
		c.move(z)
	}
	c.assign(team, z, room, half)
	return c
}

// assign gives each row to the centre with the largest z·c - |c|²/2, which is the nearest one.
func (c *centres) assign(team *team.Team, z, room, half []float32) {
	for k := range c.k {
		row := c.Value[k*c.d:][:c.d]
		half[k] = kernel.Dot(row, row) / 2
	}
	clear(c.count)
	n := len(z) / c.d
	for lo := 0; lo < n; lo += centresChunk {
		rows := min(centresChunk, n-lo)
		kernel.InnerProducts(team, room, z[lo*c.d:], c.Value, rows, c.d, c.k)
		for i := range rows {
			row := room[i*c.k:][:c.k]
			for k, h := range half {
				row[k] -= h
			}
			k := kernel.Argmax(row)
			c.Near[lo+i], c.Distance[lo+i] = k, squaredDistance(z[(lo+i)*c.d:][:c.d], c.Value[k*c.d:][:c.d])
			c.count[k]++
		}
	}
}

func squaredDistance(a, b []float32) (s float64) {
	for j, v := range a {
		e := float64(v) - float64(b[j])
		s += float64(e * e)
	}
	return s
}

// move puts centres at the means of what is assigned to them; rows are added in their order.
func (c *centres) move(z []float32) {
	sum := make([]float64, c.k*c.d)
	for i, k := range c.Near {
		s := sum[k*c.d:][:c.d]
		for j, v := range z[i*c.d:][:c.d] {
			s[j] += float64(v)
		}
	}
	for k, n := range c.count {
		if n == 0 {
			continue
		}
		for j, v := range sum[k*c.d:][:c.d] {
			c.Value[k*c.d+j] = float32(v / n)
		}
	}
}
