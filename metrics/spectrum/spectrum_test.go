package spectrum

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestEffectiveRankBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(1, 20).Draw(t, "n"), rapid.IntRange(1, 12).Draw(t, "d")
		x := fixture.Crowd(rapid.Uint64().Draw(t, "seed"), n, 3, d, 0.2)
		s, ok := SingularValues(x)
		r, ok2 := EffectiveRank(s)
		if !ok || !ok2 || !(r >= 1-1e-9 && r <= float64(min(n, d))+1e-9) || len(s) != min(n, d) {
			t.Fatalf("effective rank %g of a %d×%d matrix", r, n, d)
		}
		m, _ := RankMe(s, RankMeEpsilon)
		if !(m >= r-1e-3 && m <= r*1.001+1e-3) {
			t.Fatalf("RankMe %g beside effective rank %g", m, r)
		}
	})
}

func TestEffectiveRankIgnoresRounding(t *testing.T) {
	s := make([]float64, 1000)
	for i := range s {
		s[i] = 5e-9
	}
	s[0] = 1
	fixture.Near(t, "effective rank", fixture.MustOK[float64](t, "effective rank")(EffectiveRank(s)), 1, 2e-5)
}

func TestSpectrumUndefined(t *testing.T) {
	bad := matrix.New(3, 2)
	bad.Data[1] = float32(math.NaN())
	for name, x := range map[string]matrix.Matrix{"NaN": bad, "no rows": matrix.New(0, 2), "no columns": matrix.New(2, 0)} {
		if _, ok := SingularValues(x); ok {
			t.Errorf("%s: singular values are defined", name)
		}
		if _, ok := CovarianceEigenvalues(x); ok {
			t.Errorf("%s: covariance is defined", name)
		}
	}
	two := fixture.MustOK[[]float64](t, "two rows")(CovarianceEigenvalues(matrix.Of(2, 2, []float32{1, 0, 3, 0})))
	fixture.Near(t, "covariance of two rows", two[0], 2, 1e-12)
	rank := fixture.MustOK[float64](t, "RankMe without epsilon")(RankMe([]float64{1, 1, 0}, 0))
	fixture.Near(t, "RankMe without epsilon", rank, 2, 1e-12)
	if _, ok := CovarianceEigenvalues(matrix.New(1, 2)); ok {
		t.Error("one row has a covariance")
	}
	zero, _ := SingularValues(matrix.New(3, 2))
	if _, ok := EffectiveRank(zero); ok {
		t.Error("a zero matrix has an effective rank")
	}
	if _, ok := RankMe(zero, RankMeEpsilon); ok {
		t.Error("a zero matrix has a RankMe")
	}
}
