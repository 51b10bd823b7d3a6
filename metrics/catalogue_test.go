package metrics

import (
	"math"
	"testing"

	"protobench/internal/stream"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestGroupsAreTheCoversMembers(t *testing.T) {
	p := matrix.Of(6, 2, []float32{1, 0, 0, 1, 1, 0.01, 0, 0, -1, 0, 2, 0.02})
	c := Unique(p, 0.025)
	fixture.Equal(t, "groups", c.Groups(), [][]int{{0, 2, 5}, {1}, {4}})
	fixture.Equal(t, "sizes", c.Sizes(), []int{3, 1, 1})
	fixture.Equal(t, "largest", c.Largest(), 3)
	fixture.Equal(t, "of none", Unique(matrix.New(2, 2), 0.025).Largest(), 0)
	in := &Input{Prototypes: Prototypes{Effective: p}}
	fixture.Near(t, "largest_group@0.025", valueOf(t, "largest_group@0.025", in).Value, 3, 0)
	fixture.Near(t, "largest_group@0.5", valueOf(t, "largest_group@0.5", in).Value, 3, 0)
}

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

func TestParticipationRatio(t *testing.T) {
	value := mustOK[float64](t, "participation")
	fixture.Near(t, "alike", value(ParticipationRatio([]float64{2, 2, 2, 0})), 3, 1e-12)
	fixture.Near(t, "one", value(ParticipationRatio([]float64{5, 0, 0})), 1, 1e-12)
	fixture.Near(t, "uneven", value(ParticipationRatio([]float64{3, 1})), 16.0/10, 1e-12)
	if _, ok := ParticipationRatio([]float64{0, 0}); ok {
		t.Error("nothing has a participation ratio")
	}
	in := &Input{Prototypes: Prototypes{Effective: matrix.Of(3, 2, []float32{1, 0, 1, 0, 0, 1})}}
	fixture.Near(t, "of prototypes", valueOf(t, "participation_ratio.prototypes", in).Value, 9.0/5, 1e-6)
	fixture.Near(t, "top", valueOf(t, "spectrum_top.prototypes", in).Value, 2.0/3, 1e-6)
}

// A power law gives its own exponent, whatever comes before the range and behind it.
func TestAlphaReQ(t *testing.T) {
	law := func(n int, alpha float64) []float64 {
		v := make([]float64, n)
		for j := range v {
			v[j] = 7 * math.Pow(float64(j+1), -alpha)
		}
		return v
	}
	value := mustOK[float64](t, "alpha")
	for _, n := range []int{24, 64, 400} {
		v := law(n, 1.3)
		v[0], v[9] = 1000, 900
		for j := min(powerTo, n/2); j < n; j++ {
			v[j] = 0
		}
		fixture.Near(t, "exponent", value(AlphaReQ(v)), 1.3, 1e-9)
	}
	short := law(64, 2)
	for j := 20; j < 64; j++ { // of rank 20
		short[j] = 1e-14
	}
	fixture.Near(t, "of less than full rank", value(AlphaReQ(short)), 2, 1e-9)
	for _, v := range [][]float64{law(23, 1), nil, make([]float64, 64)} {
		if a, ok := AlphaReQ(v); ok {
			t.Errorf("%d values have the exponent %g", len(v), a)
		}
	}
}

func TestCovarianceSpectrumIsTheSVDs(t *testing.T) {
	for _, n := range []int{9, 300} {
		x, _ := fixture.Blobs(2, n, 4, 12, 0.7)
		want := mustOK[[]float64](t, "SVD")(CovarianceEigenvalues(x))
		got := mustOK[[]float64](t, "spectrum")(covarianceSpectrum(x))
		fixture.Equal(t, "values", len(got), len(want))
		for j, v := range got {
			fixture.Near(t, "eigenvalue", v, want[j], 1e-9)
		}
	}
	if _, ok := covarianceSpectrum(matrix.New(1, 3)); ok {
		t.Error("one row has a covariance")
	}
}

func TestAngularPeak(t *testing.T) {
	value := mustOK[float64](t, "peak")
	ring := matrix.New(720, 2)
	for i := range ring.Rows {
		s, c := math.Sincos(2 * math.Pi * float64(i) / 720)
		ring.Row(i)[0], ring.Row(i)[1] = float32(c), float32(s)
	}
	fixture.Near(t, "even", value(AngularPeak(ring)), 1, 1e-6)
	two := matrix.Of(3, 2, []float32{1, 0, 1, 0, -1, 0}) // two thirds one way: 2/3 of the kernel's peak
	fixture.Near(t, "two ways", value(AngularPeak(two)), 2*12.4703/3, 1e-3)
	if _, ok := AngularPeak(matrix.RandomUnit(1, 1, 4)); ok {
		t.Error("one prototype has an angle")
	}
}

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
		fixture.Near(t, "true clusters", mustOK[float64](t, "true")(AdjustedPurity(classes, true5, 1)), 1, 1e-12)
	}
	if v, ok := AdjustedPurity(classes, own, 1); ok {
		t.Errorf("clusters of one have %g", v)
	}
	if v, ok := AdjustedPurity(nil, nil, 1); ok {
		t.Errorf("nothing has %g", v)
	}
	fixture.Equal(t, "in the majority", inMajority([]int{0, 1, 1, 2, 2, 0, 1}, []int{3, 4}, 3), 2+2)
}

func TestCatalogueOfAssignments(t *testing.T) {
	in := twins()
	for key, want := range map[string]float64{
		"usage_entropy": 1.5 * math.Ln2, "ami": 4.0 / 7, "ari": 4.0 / 7, "purity": 1,
	} {
		fixture.Near(t, key, valueOf(t, key, in).Value, want, 1e-6)
	}
	in.Predictions = matrix.Of(2, 4, []float32{1, 0, 0, 0, 0, 1, 0, 0})
	fixture.Near(t, "prediction_information", valueOf(t, "prediction_information", in).Value, math.Ln2, 1e-9)
	in = twins()
	in.Predictions = matrix.Of(2, 4, []float32{0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25})
	fixture.Near(t, "of uniform predictions", valueOf(t, "prediction_information", in).Value, 0, 1e-9)
}
