package metrics

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

func TestShown(t *testing.T) {
	for _, c := range []struct {
		key  string
		v    float64
		k    int
		want float64
	}{{"live_unique@0.025", 32, 64, 50}, {"dead", 0.25, 64, 25}, {"usage_perplexity", 7, 64, 7}, {"linear@backbone.teacher", 0.5, 0, 50}} {
		s, _ := Find(c.key)
		if got := s.Unit.Shown(c.v, c.k); got != c.want {
			t.Errorf("%s: %g, want %g", c.key, got, c.want)
		}
	}
	s, _ := Find("live_unique@0.025")
	if !math.IsNaN(s.Unit.Shown(3, 0)) || !s.Misleads(true) || s.Misleads(false) {
		t.Error("a share of an unknown K has a value, or a collapsed run does not mislead")
	}
	for _, key := range []string{UniqueCentredKey(0.025), LinearPartKey("tail", Teacher), KNNKey(Student)} {
		if _, known := Find(key); !known {
			t.Errorf("there is no metric %s", key)
		}
	}
}
