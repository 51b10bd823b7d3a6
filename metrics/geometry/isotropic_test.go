package geometry

import (
	"math"
	"testing"

	"protobench/metrics/matrix"
)

// The shares are those of many random vectors, and sum to 1 over all cosines.
func TestNearestIsotropic(t *testing.T) {
	const k, d, draws = 64, 16, 60
	edges := []float64{-1, 0.3, 0.45, 0.55, 0.7, 1}
	want := make([]float64, len(edges)-1)
	for seed := range uint64(draws) {
		n := NearestOf(nil, matrix.RandomUnit(seed, k, d))
		for _, c := range n.Cosine {
			for b := range want {
				if edges[b] < c && c <= edges[b+1] {
					want[b] += 1.0 / (k * draws)
				}
			}
		}
	}
	got, ok := NearestIsotropic(k, d, edges)
	var sum float64
	for b := range got {
		sum += got[b]
		if math.Abs(got[b]-want[b]) > 0.03 {
			t.Errorf("from %g to %g: %.3f, of random vectors %.3f", edges[b], edges[b+1], got[b], want[b])
		}
	}
	if !ok || math.Abs(sum-1) > 1e-12 {
		t.Errorf("%v: %g", ok, sum)
	}
	if _, ok := NearestIsotropic(1, 16, edges); ok {
		t.Error("one vector has a nearest other")
	}
}
