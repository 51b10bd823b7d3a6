package geometry

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// isotropicBelow is the share of the pairs of random unit vectors in d ≥ 2 dimensions whose cosine is
// at most t: the half-angle (1+t)/2 has a beta distribution with both parameters (d-1)/2.
func isotropicBelow(t float64, d int) float64 {
	a := float64(d-1) / 2
	return mathext.RegIncBeta(a, a, min(1, max(0, (1+t)/2)))
}

// NearestIsotropic are the shares of k random unit vectors in d dimensions whose nearest other one
// has a cosine between two successive edges, which ascend: where prototypes without any order would
// lie. Vectors are taken as independent of each other, so that a share is that of the largest of k−1
// cosines. Undefined (false) for fewer than two vectors or dimensions.
func NearestIsotropic(k, d int, edges []float64) ([]float64, bool) {
	if k < 2 || d < 2 {
		return nil, false
	}
	var shares []float64
	for i := 1; i < len(edges); i++ {
		below := func(t float64) float64 { return math.Pow(isotropicBelow(t, d), float64(k-1)) }
		shares = append(shares, below(edges[i])-below(edges[i-1]))
	}
	return shares, true
}
