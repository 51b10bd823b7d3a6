package usage

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestUsageOf(t *testing.T) {
	got, ok := HardOf([]int{196, 200, 4, 0}, 400)
	h := -0.49*math.Log(0.49) - 0.5*math.Log(0.5) - 0.01*math.Log(0.01)
	if !ok {
		t.Error("undefined")
	}
	fixture.Near(t, "entropy", got.Entropy, h, 1e-12)
	fixture.Near(t, "perplexity", got.Perplexity, math.Exp(h), 1e-12)
	got.Entropy, got.Perplexity = 0, 0
	fixture.Equal(t, "usage", got, Hard{Used: 3, Live: 2, Dead: 0.5, Empty: 0.25})
	for _, counts := range [][]int{nil, {0, 0}} {
		if _, ok := HardOf(counts, 0); ok {
			t.Errorf("usage of %v is defined", counts)
		}
	}
}

func TestAssign(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	s := matrix.Of(4, 3, []float32{1, 3, 3, nan, 2, 1, nan, nan, nan, inf, inf, nan})
	got := metric.Assign(s)
	fixture.Equal(t, "assigned", got, []int{1, 1, -1, 0})
	fixture.Equal(t, "counts", metric.Counts(got, 3), []int{1, 2, 0})
}
