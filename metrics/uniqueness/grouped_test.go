package uniqueness

import (
	"testing"

	"protobench/metrics/usage"

	"pgregory.net/rapid"
)

func TestGroupedPerplexityNeverExceedsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 20), 2, 30).Draw(t, "counts")
		owner := make([]int, len(counts))
		for k := range owner {
			owner[k] = rapid.IntRange(-1, k).Draw(t, "owner")
		}
		u, ok := usage.HardOf(counts, 100)
		g, _ := GroupedPerplexity(counts, owner)
		if ok && !(g <= u.Perplexity+1e-9 && g >= 1-1e-12) {
			t.Fatalf("grouped %g, plain %g", g, u.Perplexity)
		}
	})
}

func TestGroupedPerplexityOfNothing(t *testing.T) {
	for _, counts := range [][]int{nil, {0, 0}} {
		if _, ok := GroupedPerplexity(counts, counts); ok {
			t.Errorf("grouped perplexity of %v is defined", counts)
		}
	}
}
