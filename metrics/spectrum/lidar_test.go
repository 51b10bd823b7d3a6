package spectrum

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

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
	got := fixture.MustOK[LiDARResult](t, "lidar")(LiDAR(matrix.Of(4, 1, []float32{1, 3, -3, -1}), 2, 1, 0))
	fixture.Near(t, "value", got.Value, 1, 1e-12)
	fixture.Near(t, "entropy", got.Entropy, 0, 1e-12)
	fixture.Near(t, "top", got.Top, 8.0/3, 1e-12)
	flat := fixture.MustOK[LiDARResult](t, "lidar")(LiDAR(matrix.Of(4, 2, []float32{1, 0, 3, 0, -3, 0, -1, 0}), 2, 1, 1))
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
	a := fixture.MustOK[LiDARResult](t, "wide")(LiDAR(group(wide), 10, LiDARDelta, LiDAREpsilon))
	b := fixture.MustOK[LiDARResult](t, "thin")(LiDAR(group(thin), 10, LiDARDelta, LiDAREpsilon))
	if !(a.Value >= 6 && b.Value <= 3) {
		t.Errorf("LiDAR %g of eight wide dimensions, %g of two", a.Value, b.Value)
	}
}
