package learner

import (
	"math/rand/v2"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// plusPlusRounds is the number of rounds in which [plusPlus] draws at most: up to as many centres
// it is k-means++ as published.
const plusPlusRounds = 1024

// plusPlus chooses k of the unit embeddings z [n,D] as starting centres (k-means++; Arthur and
// Vassilvitskii 2007): the first at random, each further one in proportion to its squared distance
// from the nearest one chosen. Many centres are drawn several to a round, whose distances are those
// of the round before (Bahmani et al. 2012). Once every embedding is covered, the rest is drawn
// from those not chosen.
func plusPlus(team *team.Team, z []float32, d, k int, rng *rand.Rand) []int {
	n, round := len(z)/d, (k+plusPlusRounds-1)/plusPlusRounds
	far, taken := make([]float64, n), make([]bool, n)
	chosen := make([]int, 0, k)
	for i := range far {
		far[i] = 1
	}
	for len(chosen) < k {
		size := min(round, k-len(chosen))
		if len(chosen) == 0 {
			size = 1
		}
		for range size {
			i := draw(far, rng.Float64())
			if i < 0 {
				i = anyOther(taken, rng)
			}
			chosen, taken[i], far[i] = append(chosen, i), true, 0
		}
		nearer(team, far, z, pick(z, chosen[len(chosen)-size:], d), d)
	}
	return chosen
}

// anyOther draws an embedding that is not taken.
func anyOther(taken []bool, rng *rand.Rand) int {
	for {
		if i := rng.IntN(len(taken)); !taken[i] {
			return i
		}
	}
}

// nearer lowers far [n] to half the squared distance of z [n,D] from centres c [m,D]: on the
// sphere, one minus the cosine.
func nearer(team *team.Team, far []float64, z, c []float32, d int) {
	m := len(c) / d
	cos := make([]float32, min(len(far), assignBlock)*m)
	for lo := 0; lo < len(far); lo += assignBlock {
		rows := min(assignBlock, len(far)-lo)
		kernel.InnerProducts(team, cos, z[lo*d:][:rows*d], c, rows, d, m)
		for i := range rows {
			row := cos[i*m:][:m]
			far[lo+i] = min(far[lo+i], max(0, 1-float64(row[kernel.Argmax(row)])))
		}
	}
}

// StartFrom starts the prototypes where prototypes.init says: at embeddings of the first n of a
// pool, or of all of it, or where they are.
func (p *Prototypes) StartFrom(team *team.Team, init string, pool []float32, n int, seed uint64) {
	switch init {
	case "data":
		p.start(pick(pool[:n*p.D], HeadStream(seed, "prototypes", p.Head, 1).Perm(n)[:p.K], p.D))
	case "kmeans++":
		p.start(pick(pool, plusPlus(team, pool, p.D, p.K, HeadStream(seed, "prototypes", p.Head, 2)), p.D))
	}
}

// pick copies rows of x [n,d].
func pick(x []float32, rows []int, d int) []float32 {
	out := make([]float32, len(rows)*d)
	for i, r := range rows {
		copy(out[i*d:], x[r*d:][:d])
	}
	return out
}
