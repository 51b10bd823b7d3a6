package metrics

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
	fixture.Near(t, "effective rank", mustOK[float64](t, "effective rank")(EffectiveRank(s)), 1, 2e-5)
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
	two := mustOK[[]float64](t, "two rows")(CovarianceEigenvalues(matrix.Of(2, 2, []float32{1, 0, 3, 0})))
	fixture.Near(t, "covariance of two rows", two[0], 2, 1e-12)
	rank := mustOK[float64](t, "RankMe without epsilon")(RankMe([]float64{1, 1, 0}, 0))
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

func TestLiDARUndefined(t *testing.T) {
	x := matrix.RandomUnit(1, 12, 3)
	for _, views := range []int{0, 1, 5, 12} {
		if _, ok := LiDAR(x, views, LiDARDelta, LiDAREpsilon); ok {
			t.Errorf("%d views of 12 rows: defined", views)
		}
	}
}

// Two views of two images are the least. In one dimension: means ±2 of views ±1 around them, so
// between 8, within 2 of 2 degrees of freedom, and one direction.
func TestLiDAROfTwoImages(t *testing.T) {
	got := mustOK[LiDARResult](t, "lidar")(LiDAR(matrix.Of(4, 1, []float32{1, 3, -3, -1}), 2, 1, 0))
	fixture.Near(t, "value", got.Value, 1, 1e-12)
	fixture.Near(t, "entropy", got.Entropy, 0, 1e-12)
	fixture.Near(t, "top", got.Top, 8.0/3, 1e-12)
	flat := mustOK[LiDARResult](t, "lidar")(LiDAR(matrix.Of(4, 2, []float32{1, 0, 3, 0, -3, 0, -1, 0}), 2, 1, 1))
	p := 11.0 / 14 // of 8/3 and 0, each plus 1
	fixture.Near(t, "entropy with a direction that is nothing", flat.Entropy, -p*math.Log(p)-(1-p)*math.Log(1-p), 1e-12)
}

func TestLiDARSeesCollapse(t *testing.T) {
	wide := fixture.Crowd(1, 400, 40, 8, 0.1)
	thin := fixture.Crowd(1, 400, 40, 8, 0.1)
	for i := range thin.Rows {
		for j := range 6 {
			thin.Row(i)[j+2] *= 1e-3
		}
	}
	group := func(x matrix.Matrix) matrix.Matrix { // rows i%40 belong together; bring them in runs
		order := make([]int, x.Rows)
		for i := range order {
			order[i] = i%10*40 + i/10
		}
		return x.Pick(order)
	}
	a := mustOK[LiDARResult](t, "wide")(LiDAR(group(wide), 10, LiDARDelta, LiDAREpsilon))
	b := mustOK[LiDARResult](t, "thin")(LiDAR(group(thin), 10, LiDARDelta, LiDAREpsilon))
	if !(a.Value >= 6 && b.Value <= 3) {
		t.Errorf("LiDAR %g of eight wide dimensions, %g of two", a.Value, b.Value)
	}
}

func TestSilhouetteUndefined(t *testing.T) {
	x := matrix.RandomUnit(1, 4, 3)
	for name, y := range map[string][]int{"one cluster": {2, 2, 2, 2}, "singletons": {0, 1, 2, 3}} {
		if _, _, ok := Silhouette(x, y, false); ok {
			t.Errorf("%s: defined", name)
		}
	}
	apart := matrix.Of(4, 1, []float32{0, 1, 10, 13})
	samples, _, _ := Silhouette(apart, []int{0, 0, 1, 1}, false)
	for i, want := range []float64{10.5 / 11.5, 9.5 / 10.5, 6.5 / 9.5, 9.5 / 12.5} {
		fixture.Near(t, "pairs", samples[i], want, 1e-12)
	}
	same := matrix.Of(4, 1, []float32{1, 1, 1, 1})
	if _, mean, ok := Silhouette(same, []int{0, 0, 1, 1}, false); !ok || mean != 0 {
		t.Errorf("equal points: %g, %v", mean, ok)
	}
}
