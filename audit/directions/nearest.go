package directions

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
)

// Cosines are quantiles of prototypes' cosines to their nearest other one.
type Cosines struct {
	P05    float64 `json:"p05"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

const (
	// asked is how many prototypes are asked for their nearest, at even distances where there are
	// more: quantiles of as many are within a percent in rank.
	asked = 4096
	// askedAtOnce is how many of them are compared with nearestBlock prototypes at once.
	askedAtOnce, nearestBlock = 256, 2048
)

// Nearest are the quantiles among the unit rows u [K,D], of which those of length zero or not
// finite are nobody's nearest; nil with fewer than two others.
func Nearest(u matrix.Matrix, norms []float64, threads *team.Team) *Cosines {
	var rows []int
	for i, n := range norms {
		if n > 0 && matrix.Finite(n) {
			rows = append(rows, i)
		}
	}
	if len(rows) < 2 {
		return nil
	}
	n := min(asked, len(rows))
	ask := make([]int, n)
	for i := range ask {
		ask[i] = rows[i*len(rows)/n]
	}
	best := make([]float64, 0, n)
	for lo := 0; lo < n; lo += askedAtOnce {
		best = append(best, nearestOf(u, ask[lo:min(lo+askedAtOnce, n)], norms, threads)...)
	}
	s, _ := geometry.Summarise(best)
	return &Cosines{s.P05, s.Median, s.P95}
}

// nearestOf are the largest cosines of the rows at to other rows.
func nearestOf(u matrix.Matrix, at []int, norms []float64, threads *team.Team) []float64 {
	best := make([]float64, len(at))
	for i := range best {
		best[i] = math.Inf(-1)
	}
	queries, d := u.Pick(at), u.Cols
	cos := make([]float32, len(at)*nearestBlock)
	for lo := 0; lo < u.Rows; lo += nearestBlock {
		n := min(nearestBlock, u.Rows-lo)
		kernel.Gemm(threads, false, true, len(at), n, d, queries.Data, d, u.Data[lo*d:], d, cos, n, false)
		for i, row := range at {
			for j, c := range cos[i*n : (i+1)*n] {
				if c := float64(c); c > best[i] && lo+j != row && norms[lo+j] > 0 && matrix.Finite(norms[lo+j]) {
					best[i] = c
				}
			}
		}
	}
	for i, b := range best {
		best[i] = math.Min(1, b) // rounding
	}
	return best
}

// NearestByChance are the quantiles of k independent random directions in d dimensions: a cosine
// exceeds c ≥ 0 with half the probability that a beta variable of halves (d−1)/2 and 1/2 is below
// 1−c², and the nearest of k−1 stays below it with the power k−1 of what is left.
func NearestByChance(k, d int) *Cosines {
	if k < 2 || d < 2 {
		return nil
	}
	at := func(q float64) float64 {
		tail := -math.Expm1(math.Log(q) / float64(k-1)) // probability of one cosine to exceed it
		if tail >= 0.5 {
			return -math.Sqrt(1 - mathext.InvRegIncBeta(float64(d-1)/2, 0.5, 2*(1-tail)))
		}
		return math.Sqrt(1 - mathext.InvRegIncBeta(float64(d-1)/2, 0.5, 2*tail))
	}
	return &Cosines{at(0.05), at(0.5), at(0.95)}
}
