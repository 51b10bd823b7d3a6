package spectrum

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestParticipationRatio(t *testing.T) {
	value := fixture.MustOK[float64](t, "participation")
	fixture.Near(t, "alike", value(ParticipationRatio([]float64{2, 2, 2, 0})), 3, 1e-12)
	fixture.Near(t, "one", value(ParticipationRatio([]float64{5, 0, 0})), 1, 1e-12)
	fixture.Near(t, "uneven", value(ParticipationRatio([]float64{3, 1})), 16.0/10, 1e-12)
	if _, ok := ParticipationRatio([]float64{0, 0}); ok {
		t.Error("nothing has a participation ratio")
	}
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: matrix.Of(3, 2, []float32{1, 0, 1, 0, 0, 1})}}
	fixture.Near(t, "of prototypes", fixture.ValueOf(t, EffectiveRankSpecs(), "participation_ratio.prototypes", in).Value, 9.0/5, 1e-6)
	fixture.Near(t, "top", fixture.ValueOf(t, EffectiveRankSpecs(), "spectrum_top.prototypes", in).Value, 2.0/3, 1e-6)
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
	value := fixture.MustOK[float64](t, "alpha")
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
		want := fixture.MustOK[[]float64](t, "SVD")(CovarianceEigenvalues(x))
		got := fixture.MustOK[[]float64](t, "spectrum")(covarianceSpectrum(x))
		fixture.Equal(t, "values", len(got), len(want))
		for j, v := range got {
			fixture.Near(t, "eigenvalue", v, want[j], 1e-9)
		}
	}
	if _, ok := covarianceSpectrum(matrix.New(1, 3)); ok {
		t.Error("one row has a covariance")
	}
}
