package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

// Random directions fill the isotropic density, which sums to 1; twins add mass at its end.
func TestCosineHistogram(t *testing.T) {
	for _, d := range []int{1, 2, 3, 8, 64} {
		var sum float64
		shares := isotropicShares(d)
		for b, x := range shares {
			sum += x
			fixture.Near(t, "symmetry", x, shares[len(shares)-1-b], 1e-12)
		}
		fixture.Near(t, "sum", sum, 1, 1e-12)
	}
	for b, x := range isotropicShares(3) { // the cosine is uniform in space (Archimedes)
		fixture.Near(t, "in space", x, 0.01, 1e-9)
		if b > 0 && b < 99 { // in the plane the angle is
			lo, hi := float64(b)/50-1, float64(b+1)/50-1
			fixture.Near(t, "in the plane", isotropicShares(2)[b], (math.Acos(lo)-math.Acos(hi))/math.Pi, 1e-9)
		}
	}
	random := matrix.RandomUnit(4, 1200, 8)
	h, ok := CosineHistogramOf(nil, random)
	if !ok || h.Pairs != 1200*1199/2 || !(h.Deviation() < 0.01) {
		t.Errorf("random: %d pairs, deviation %g", h.Pairs, h.Deviation())
	}
	two, _ := CosineHistogramOf(fixture.Threads(t), random)
	fixture.Equal(t, "by a team", two, h)
	var counts [cosineBins]float64
	for i := range 30 {
		for j := range i {
			counts[cosineBin(float32(matrix.Dot(random.Row(i), random.Row(j))))] += 1.0 / 435
		}
	}
	small, _ := CosineHistogramOf(nil, matrix.Of(30, 8, random.Data[:240]))
	for b, x := range counts {
		fixture.Near(t, "share", small.Shares[b], x, 1e-12)
	}
	twins, _ := CosineHistogramOf(nil, random.Pick([]int{0, 0, 0, 0, 1}))
	fixture.Near(t, "twins", twins.Shares[99], 0.6, 1e-12)
	fixture.Equal(t, "bins", []int{cosineBin(-1.1), cosineBin(-1), cosineBin(-0.01), cosineBin(0), cosineBin(1), cosineBin(1.1)}, []int{0, 0, 49, 50, 99, 99})
	same := matrix.RandomUnit(4, 1, 64).Pick(make([]int, 6))
	collapsed, _ := CosineHistogramOf(nil, same)
	fixture.Near(t, "total collapse", collapsed.Deviation(), 1, 1e-12)
	if _, ok := CosineHistogramOf(nil, matrix.RandomUnit(1, 1, 4)); ok {
		t.Error("one row has pairs")
	}
}

func TestPairsAcrossTiles(t *testing.T) {
	p := matrix.RandomUnit(4, pairBlock+200, 5)
	clear(p.Row(3))
	for _, threads := range []int{1, 2} {
		n := 0
		var sum float64
		two := fixture.Threads(t)
		if threads == 1 {
			two = nil
		}
		overPairs(two, matrix.DirectionsOf(p), func(t pairTile) []float64 {
			var c []float64
			t.each(func(cos float32) { c = append(c, float64(cos)) })
			return c
		}, func(c []float64) {
			n += len(c)
			for _, v := range c {
				sum += v
			}
		})
		var want float64
		for i := range p.Rows {
			for j := range i {
				want += matrix.Dot(p.Row(i), p.Row(j))
			}
		}
		fixture.Equal(t, "pairs", n, (p.Rows-1)*(p.Rows-2)/2)
		fixture.Near(t, "sum of cosines", sum, want, 1e-2)
	}
}
