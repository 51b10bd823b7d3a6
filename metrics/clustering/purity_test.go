package clustering

import (
	"math"
	"testing"

	"protobench/internal/stream"
	"protobench/metrics/internal/fixture"
)

// Purity is 1 once each sample has a cluster of its own; what is left of it beyond chance is 0 for
// random clusters of any number and 1 for true ones.
func TestAdjustedPurity(t *testing.T) {
	const n = 2000
	classes, own := make([]int, n), make([]int, n)
	for i := range classes {
		classes[i], own[i] = i%5, i
	}
	for _, k := range []int{1, 7, 200} {
		random, rng := make([]int, n), stream.New(3, "clusters", uint64(k))
		for i := range random {
			random[i] = rng.IntN(k)
		}
		v, ok := AdjustedPurity(classes, random, 1)
		if !ok || !(math.Abs(v) < 0.02) {
			t.Errorf("%d random clusters: %g %v", k, v, ok)
		}
		true5 := make([]int, n)
		for i := range true5 {
			true5[i] = classes[i] + 5*(i/5%k)
		}
		fixture.Near(t, "true clusters", fixture.MustOK[float64](t, "true")(AdjustedPurity(classes, true5, 1)), 1, 1e-12)
	}
	if v, ok := AdjustedPurity(classes, own, 1); ok {
		t.Errorf("clusters of one have %g", v)
	}
	if v, ok := AdjustedPurity(nil, nil, 1); ok {
		t.Errorf("nothing has %g", v)
	}
	fixture.Equal(t, "in the majority", inMajority([]int{0, 1, 1, 2, 2, 0, 1}, []int{3, 4}, 3), 2+2)
}
