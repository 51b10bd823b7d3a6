package geometry

import (
	"math"
	"testing"

	"protobench/metrics/matrix"
)

// A plane's coordinates of what it was made of have mean 0, the first axis has most of the variance,
// and the shares explained are those of the coordinates.
func TestPlane(t *testing.T) {
	p := matrix.RandomUnit(3, 40, 5)
	for i := range 40 {
		p.Data[i*5] *= 4 // a direction with more of it; lengths other than 1
	}
	plane, ok := PlaneOf(p)
	if !ok {
		t.Fatal("undefined")
	}
	var mean, variance [2]float64
	for _, q := range plane.Of(p) {
		for a := range q {
			mean[a] += q[a] / 40
			variance[a] += q[a] * q[a]
		}
	}
	ratio := variance[0] / variance[1]
	if math.Abs(mean[0]) > 1e-6 || math.Abs(mean[1]) > 1e-6 || ratio <= 1 || math.Abs(ratio-plane.Explained[0]/plane.Explained[1]) > 1e-6 {
		t.Errorf("means %v, variances %v, explained %v", mean, variance, plane.Explained)
	}
	circle, _ := Project2D(p)
	for i, q := range plane.Of(p) {
		if r := math.Hypot(q[0], q[1]); math.Abs(q[0]/r-circle.Points[i][0]) > 1e-6 {
			t.Fatalf("row %d lies at %v, on the circle at %v", i, q, circle.Points[i])
		}
	}
	twice := matrix.New(40, 5)
	for i, v := range p.Data {
		twice.Data[i] = 2 * v
	}
	if a, b := plane.Of(p)[7], plane.Of(twice)[7]; math.Abs(a[0]-b[0]) > 1e-6 {
		t.Errorf("lengths count: %v and %v", a, b)
	}
	if _, ok := PlaneOf(matrix.Of(3, 2, []float32{1, 0, 1, 0, 1, 0})); ok {
		t.Error("one direction has a plane")
	}
	if _, ok := PlaneOf(matrix.RandomUnit(0, 4, 1)); ok {
		t.Error("a line has a plane")
	}
}
