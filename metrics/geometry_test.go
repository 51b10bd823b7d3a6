package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func TestMeanNorm(t *testing.T) {
	value := mustOK[float64](t, "mean norm")
	near(t, "collapse", value(MeanNorm(crowd(1, 20, 1, 8, 0))), 1, 1e-7)
	near(t, "opposite", value(MeanNorm(MatrixOf(2, 2, []float32{3, 0, -1, 0}))), 0, 1e-12)
	near(t, "right angle, zero row left out", value(MeanNorm(MatrixOf(3, 2, []float32{2, 0, 0, 5, 0, 0}))), math.Sqrt(0.5), 1e-12)
	near(t, "random", value(MeanNorm(RandomUnit(1, 400, 64))), 1.0/20, 0.01)
	if _, ok := MeanNorm(NewMatrix(3, 2)); ok {
		t.Error("zero rows have a mean")
	}
}

func TestDisplacement(t *testing.T) {
	a := MatrixOf(4, 2, []float32{1, 0, 1, 0, 0, 2, 0, 0})
	b := MatrixOf(4, 2, []float32{7, 0, 0, 1, 0, -1, 1, 0})
	near(t, "0, 1 and 2; zero row left out", mustOK[float64](t, "displacement")(Displacement(a, b)), 1, 1e-12)
	if _, ok := Displacement(NewMatrix(2, 2), NewMatrix(2, 2)); ok {
		t.Error("displacement of zero rows is defined")
	}
}

func TestNearestOf(t *testing.T) {
	p := crowd(5, 1100, 900, 7, 0.5)
	n, d := NearestOf(p), directionsOf(p)
	for _, i := range []int{0, 1, 511, 512, 513, 1023, 1024, 1099} {
		best := -2.0
		for j := range p.Rows {
			if j != i {
				best = math.Max(best, d.cosine(i, j))
			}
		}
		near(t, "nearest", n.Cosine[i], best, 1e-6)
	}
	odd := NearestOf(MatrixOf(4, 2, []float32{1, 0, 0, 0, 1, 1, 2, 2}))
	equal(t, "index", odd.Index, []int{2, -1, 3, 2})
	alone := NearestOf(MatrixOf(1, 2, []float32{1, 0}))
	equal(t, "alone", alone, Nearest{Index: []int{-1}, Cosine: []float64{0}})
	if _, ok := alone.Summary(); ok {
		t.Error("one prototype has a nearest neighbour")
	}
}

func TestSummarise(t *testing.T) {
	s, _ := Summarise([]float64{4, 1, 3, 2})
	equal(t, "summary", s, Summary{Mean: 2.5, Median: 2.5, P05: 1.15, P95: 3.8499999999999996, Min: 1, Max: 4})
	one, _ := Summarise([]float64{7})
	equal(t, "one", one, Summary{Mean: 7, Median: 7, P05: 7, P95: 7, Min: 7, Max: 7})
}

func TestFeatureStd(t *testing.T) {
	value := mustOK[float64](t, "std")
	near(t, "isotropic", value(FeatureStd(RandomUnit(1, 4000, 25))), 0.2, 0.002)
	near(t, "collapse", value(FeatureStd(crowd(1, 50, 1, 25, 0))), 0, 1e-7)
	bad := RandomUnit(1, 3, 2)
	bad.Data[0] = float32(math.Inf(1))
	for name, x := range map[string]Matrix{"one row": RandomUnit(1, 1, 4), "zero rows": NewMatrix(5, 2), "Inf": bad} {
		if _, ok := FeatureStd(x); ok {
			t.Errorf("%s: defined", name)
		}
	}
}

func TestUniformity(t *testing.T) {
	value := mustOK[float64](t, "uniformity")
	near(t, "isotropic", value(Uniformity(RandomUnit(2, 600, 256), 2)), -4, 0.05)
	near(t, "collapse", value(Uniformity(crowd(2, 30, 1, 8, 0), 2)), 0, 1e-5)
	near(t, "opposite", value(Uniformity(MatrixOf(2, 1, []float32{1, -3}), 2)), -8, 1e-9)
	if _, ok := Uniformity(RandomUnit(2, 1, 8), 2); ok {
		t.Error("one row has a uniformity")
	}
	if _, ok := Alignment(NewMatrix(2, 2), RandomUnit(1, 2, 2), 2); ok {
		t.Error("zero rows have an alignment")
	}
}

func TestRandomUnit(t *testing.T) {
	a, b := RandomUnit(1, 50, 8), RandomUnit(1, 50, 8)
	equal(t, "same seed", a, b)
	if a.Data[0] == RandomUnit(2, 50, 8).Data[0] {
		t.Error("two seeds give the same vectors")
	}
	for i := range a.Rows {
		near(t, "norm", dot(a.Row(i), a.Row(i)), 1, 1e-6)
	}
}

func TestCosineMetricsIgnoreOrderAndScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 40).Draw(t, "k")
		seed := rapid.Uint64().Draw(t, "seed")
		p := crowd(seed, k, 6, 5, 0.5)
		q := p.Pick(rand.New(rand.NewPCG(seed, 1)).Perm(k))
		for i := range q.Data {
			q.Data[i] *= 4
		}
		for name, f := range map[string]func(Matrix) (float64, bool){
			"mean norm":  MeanNorm,
			"std":        FeatureStd,
			"uniformity": func(m Matrix) (float64, bool) { return Uniformity(m, 2) },
			"nearest":    func(m Matrix) (float64, bool) { s, ok := NearestOf(m).Summary(); return s.Mean, ok },
			"effective rank": func(m Matrix) (float64, bool) {
				s, _ := SingularValues(m)
				return EffectiveRank(s)
			},
		} {
			a, _ := f(p)
			b, ok := f(q)
			if !ok || math.Abs(a-b) > 1e-5 {
				t.Fatalf("%s: %g and %g", name, a, b)
			}
		}
	})
}

func TestMatrixOfPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("five numbers made a 2×2 matrix")
		}
	}()
	MatrixOf(2, 2, make([]float32, 5))
}
