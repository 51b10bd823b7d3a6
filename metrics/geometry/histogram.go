package geometry

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// cosineBins is the number of bins of the cosines' histogram on [-1,1].
const cosineBins = 100

// CosineHistogram holds how the cosines of all pairs of rows are spread, beside what directions
// without any order would give.
type CosineHistogram struct {
	Pairs     int       // i < j, both with a direction
	Shares    []float64 // [100], of the pairs with cosines in the bin; bins are equal parts of [-1,1]
	Isotropic []float64 // [100], of the pairs of random unit vectors of the same dimension
}

// CosineHistogramOf counts the cosines of the rows of p [K,D]. The isotropic density is
// proportional to (1-t²)^((D-3)/2). Partial collapse shows as mass near 1 that the density does not
// have, a common offset as a histogram right of it. Undefined (false) with fewer than two rows that
// have a direction. The team shares the work and changes no bit.
func CosineHistogramOf(team *team.Team, p matrix.Matrix) (CosineHistogram, bool) {
	h := CosineHistogram{Shares: make([]float64, cosineBins), Isotropic: isotropicShares(p.Cols)}
	counts := pairCounts(team, matrix.DirectionsOf(p))
	for _, n := range counts {
		h.Pairs += n
	}
	if h.Pairs == 0 {
		return CosineHistogram{}, false
	}
	for b, n := range counts {
		h.Shares[b] = float64(n) / float64(h.Pairs)
	}
	return h, true
}

// Deviation is the total variation distance of the histogram to the isotropic one: the share of the
// pairs that would have to move, 0..1.
func (h CosineHistogram) Deviation() float64 {
	var sum float64
	for b, x := range h.Shares {
		sum += math.Abs(x - h.Isotropic[b])
	}
	return sum / 2
}

// pairCounts counts the pairs' cosines by bin.
func pairCounts(team *team.Team, d matrix.Directions) (total [cosineBins]int) {
	count := func(t pairTile) (counts [cosineBins]int) {
		t.each(func(c float32) { counts[cosineBin(c)]++ })
		return counts
	}
	overPairs(team, d, count, func(counts [cosineBins]int) {
		for b, n := range counts {
			total[b] += n
		}
	})
	return total
}

// cosineBin is the bin of a cosine; rounding may take it a little out of [-1,1].
func cosineBin(c float32) int {
	return min(cosineBins-1, max(0, int((float64(c)+1)*(cosineBins/2))))
}

// isotropicShares are the shares of the bins for random unit vectors in d dimensions: the
// half-angle (1+t)/2 has a beta distribution with both parameters (d-1)/2.
func isotropicShares(d int) []float64 {
	shares := make([]float64, cosineBins)
	if d < 2 { // a line has two directions
		shares[0], shares[cosineBins-1] = 0.5, 0.5
		return shares
	}
	a, below := float64(d-1)/2, 0.0
	for b := range shares {
		upTo := mathext.RegIncBeta(a, a, float64(b+1)/cosineBins)
		shares[b], below = upTo-below, upTo
	}
	return shares
}

// CosineDeviationSpecs declares the deviation of the histogram of cosines.
func CosineDeviationSpecs() []metric.Spec {
	const undefined = "fewer than two prototypes have a direction"
	return []metric.Spec{{
		Key: "cosine_deviation.prototypes", Of: metric.OfPrototypes, Unit: metric.Share, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc:      "how far the pairwise cosines of prototypes (4,096 at even distances where there are more) lie from those of isotropic directions, as a total variation distance of histograms",
		Formula:  "½ Σ_b |h_b − f_b| over 100 bins of [−1, 1]; h: share of pairs, f: of the density ∝ (1 − t²)^((D−3)/2)",
		Source:   "Cai, Fan and Jiang 2013",
		Collapse: "1 at total collapse; high with few groups, and with a common offset",
		Column:   "**cosine_deviation.prototypes**: how far the histogram of pairwise cosines lies from that of isotropic directions (total variation, 0 to 100 %).",
		Value: func(in *metric.Input) metric.Result {
			h, ok := CosineHistogramOf(in.Team, in.Effective.Spread(metric.PairRows))
			if !ok {
				return metric.Result{Undefined: undefined}
			}
			return metric.Result{Value: h.Deviation()}
		},
	}}
}
