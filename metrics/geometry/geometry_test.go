package geometry

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/spectrum"
)

func TestMeanNorm(t *testing.T) {
	value := fixture.MustOK[float64](t, "mean norm")
	fixture.Near(t, "collapse", value(MeanNorm(fixture.Crowd(1, 20, 1, 8, 0))), 1, 1e-7)
	fixture.Near(t, "opposite", value(MeanNorm(matrix.Of(2, 2, []float32{3, 0, -1, 0}))), 0, 1e-12)
	fixture.Near(t, "right angle, zero row left out", value(MeanNorm(matrix.Of(3, 2, []float32{2, 0, 0, 5, 0, 0}))), math.Sqrt(0.5), 1e-12)
	fixture.Near(t, "random", value(MeanNorm(matrix.RandomUnit(1, 400, 64))), 1.0/20, 0.01)
	if _, ok := MeanNorm(matrix.New(3, 2)); ok {
		t.Error("zero rows have a mean")
	}
}

func TestCosineMetricsIgnoreOrderAndScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 40).Draw(t, "k")
		seed := rapid.Uint64().Draw(t, "seed")
		p := fixture.Crowd(seed, k, 6, 5, 0.5)
		q := p.Pick(rand.New(rand.NewPCG(seed, 1)).Perm(k))
		for i := range q.Data {
			q.Data[i] *= 4
		}
		for name, f := range map[string]func(matrix.Matrix) (float64, bool){
			"mean norm":  MeanNorm,
			"std":        FeatureStd,
			"uniformity": func(m matrix.Matrix) (float64, bool) { return Uniformity(nil, m, 2) },
			"nearest":    func(m matrix.Matrix) (float64, bool) { s, ok := NearestOf(nil, m).Summary(); return s.Mean, ok },
			"effective rank": func(m matrix.Matrix) (float64, bool) {
				s, _ := spectrum.SingularValues(m)
				return spectrum.EffectiveRank(s)
			},
		} {
			a, _ := f(p)
			b, ok := f(q)
			if !ok || !(math.Abs(a-b) <= 1e-5) {
				t.Fatalf("%s: %g and %g", name, a, b)
			}
		}
	})
}
