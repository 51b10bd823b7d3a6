package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestNearestOf(t *testing.T) {
	p := fixture.Crowd(5, 1100, 900, 7, 0.5)
	n, d := NearestOf(nil, p), matrix.DirectionsOf(p)
	for _, i := range []int{0, 1, 511, 512, 513, 1023, 1024, 1099} {
		best := -2.0
		for j := range p.Rows {
			if j != i {
				best = math.Max(best, d.Cosine(i, j))
			}
		}
		fixture.Near(t, "nearest", n.Cosine[i], best, 1e-6)
	}
	odd := NearestOf(nil, matrix.Of(4, 2, []float32{1, 0, 0, 0, 1, 1, 2, 2}))
	fixture.Equal(t, "index", odd.Index, []int{2, -1, 3, 2})
	square := NearestOf(nil, matrix.Of(4, 2, []float32{1, 0, 0, 1, 0, -1, -1, 0}))
	fixture.Equal(t, "lower index of equals", square.Index, []int{1, 0, 0, 1})
	alone := NearestOf(nil, matrix.Of(1, 2, []float32{1, 0}))
	fixture.Equal(t, "alone", alone, Nearest{Index: []int{-1}, Cosine: []float64{0}})
	if _, ok := alone.Summary(); ok {
		t.Error("one prototype has a nearest neighbour")
	}
}

func TestSummarise(t *testing.T) {
	s, _ := Summarise([]float64{4, 1, 3, 2})
	fixture.Equal(t, "summary", s, Summary{Mean: 2.5, Median: 2.5, P05: 1.15, P95: 3.8499999999999996, Min: 1, Max: 4})
	one, _ := Summarise([]float64{7})
	fixture.Equal(t, "one", one, Summary{Mean: 7, Median: 7, P05: 7, P95: 7, Min: 7, Max: 7})
}
