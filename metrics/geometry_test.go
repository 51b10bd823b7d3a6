package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestMeanNorm(t *testing.T) {
	value := mustOK[float64](t, "mean norm")
	fixture.Near(t, "collapse", value(MeanNorm(fixture.Crowd(1, 20, 1, 8, 0))), 1, 1e-7)
	fixture.Near(t, "opposite", value(MeanNorm(matrix.Of(2, 2, []float32{3, 0, -1, 0}))), 0, 1e-12)
	fixture.Near(t, "right angle, zero row left out", value(MeanNorm(matrix.Of(3, 2, []float32{2, 0, 0, 5, 0, 0}))), math.Sqrt(0.5), 1e-12)
	fixture.Near(t, "random", value(MeanNorm(matrix.RandomUnit(1, 400, 64))), 1.0/20, 0.01)
	if _, ok := MeanNorm(matrix.New(3, 2)); ok {
		t.Error("zero rows have a mean")
	}
}

func TestDisplacement(t *testing.T) {
	a := matrix.Of(4, 2, []float32{1, 0, 1, 0, 0, 2, 0, 0})
	b := matrix.Of(4, 2, []float32{7, 0, 0, 1, 0, -1, 1, 0})
	fixture.Near(t, "0, 1 and 2; zero row left out", mustOK[float64](t, "displacement")(Displacement(a, b)), 1, 1e-12)
	if _, ok := Displacement(matrix.New(2, 2), matrix.New(2, 2)); ok {
		t.Error("displacement of zero rows is defined")
	}
}

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

// Prototypes of lengths 2 and 3 that turned by 60° moved by half, whatever their lengths.
func TestDisplacementIgnoresLengths(t *testing.T) {
	start, now := matrix.Of(2, 2, []float32{2, 0, 0, 0}), matrix.Of(2, 2, []float32{1.5, 1.5 * 1.7320508, 5, 5})
	fixture.Near(t, "displacement", mustOK[float64](t, "displacement")(Displacement(start, now)), 0.5, 1e-6)
}

func TestAlignmentIgnoresLengths(t *testing.T) {
	a, b := matrix.Of(2, 2, []float32{2, 0, 0, 5}), matrix.Of(2, 2, []float32{0, 3, 0, 0.5})
	fixture.Near(t, "one pair at right angles, one alike", mustOK[float64](t, "alignment")(Alignment(a, b, 2)), 1, 1e-12)
}

// Two features at right angles: each entry is 0 and 1, of sample deviation √½, times √2.
func TestRelativeStdOfSquareFeatures(t *testing.T) {
	in := &Input{FrozenFeatures: FrozenFeatures{Train: matrix.Of(2, 2, []float32{4, 0, 0, 0.5})}}
	v, ok := in.RelativeStd()
	fixture.Equal(t, "defined", ok, true)
	fixture.Near(t, "relative deviation", v, 1, 1e-12)
}

func TestSummarise(t *testing.T) {
	s, _ := Summarise([]float64{4, 1, 3, 2})
	fixture.Equal(t, "summary", s, Summary{Mean: 2.5, Median: 2.5, P05: 1.15, P95: 3.8499999999999996, Min: 1, Max: 4})
	one, _ := Summarise([]float64{7})
	fixture.Equal(t, "one", one, Summary{Mean: 7, Median: 7, P05: 7, P95: 7, Min: 7, Max: 7})
}

func TestFeatureStd(t *testing.T) {
	value := mustOK[float64](t, "std")
	fixture.Near(t, "isotropic", value(FeatureStd(matrix.RandomUnit(1, 4000, 25))), 0.2, 0.002)
	fixture.Near(t, "collapse", value(FeatureStd(fixture.Crowd(1, 50, 1, 25, 0))), 0, 1e-7)
	bad := matrix.RandomUnit(1, 3, 2)
	bad.Data[0] = float32(math.Inf(1))
	for name, x := range map[string]matrix.Matrix{"one row": matrix.RandomUnit(1, 1, 4), "zero rows": matrix.New(5, 2), "Inf": bad} {
		if _, ok := FeatureStd(x); ok {
			t.Errorf("%s: defined", name)
		}
	}
}

func TestUniformity(t *testing.T) {
	value := mustOK[float64](t, "uniformity")
	fixture.Near(t, "isotropic", value(Uniformity(nil, matrix.RandomUnit(2, 600, 256), 2)), -4, 0.05)
	fixture.Near(t, "collapse", value(Uniformity(nil, fixture.Crowd(2, 30, 1, 8, 0), 2)), 0, 1e-5)
	fixture.Near(t, "opposite", value(Uniformity(nil, matrix.Of(2, 1, []float32{1, -3}), 2)), -8, 1e-9)
	if _, ok := Uniformity(nil, matrix.RandomUnit(2, 1, 8), 2); ok {
		t.Error("one row has a uniformity")
	}
	if _, ok := Alignment(matrix.New(2, 2), matrix.RandomUnit(1, 2, 2), 2); ok {
		t.Error("zero rows have an alignment")
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
				s, _ := SingularValues(m)
				return EffectiveRank(s)
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
