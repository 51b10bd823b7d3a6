package usage

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
)

func TestHardOf(t *testing.T) {
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
