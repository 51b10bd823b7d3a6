package directions

import (
	"math"
	"testing"

	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
)

// grouped are independent directions [k,d], the first n of them near copies of as many centres.
func grouped(k, d, n, centres int, noise float64) matrix.Matrix {
	m, c, r := matrix.RandomUnit(1, k, d), matrix.RandomUnit(2, centres, d), matrix.RandomUnit(3, n, d)
	for i := range n {
		for j := range d {
			m.Row(i)[j] = c.Row(i % centres)[j] + float32(noise*float64(r.Row(i)[j]))
		}
	}
	return m
}

// TestNearByChance compares the number of pairs that is expected with pairs that are counted.
func TestNearByChance(t *testing.T) {
	const k = 1500
	for _, c := range []struct {
		d   int
		eps float64
	}{{3, 0.025}, {8, 0.1}, {16, 0.25}, {32, 0.5}, {4, 1.2}} {
		p := matrix.RandomUnit(9, k, c.d)
		n := 0
		for i := range k {
			for j := range i {
				if 1-matrix.Dot(p.Row(i), p.Row(j)) < c.eps {
					n++
				}
			}
		}
		want := NearByChance(k, c.d, c.eps)
		if !(math.Abs(float64(n)-want) < float64(5*math.Sqrt(want))+0.01*want) {
			t.Errorf("%d dimensions, ε = %g: %d pairs, %.1f are expected", c.d, c.eps, n, want)
		}
	}
}

// TestAnisotropy: under chance it is a standard normal number, and large for what has directions of
// its own.
func TestAnisotropy(t *testing.T) {
	const tries = 100
	var sum, square float64
	for seed := range uint64(tries) {
		a := Anisotropy(Gram(matrix.RandomUnit(seed, 200, 16).Normalised()), 200)
		sum, square = sum+a, square+float64(a*a)
	}
	if mean, spread := sum/tries, math.Sqrt(square/tries); !(math.Abs(mean) < 0.4) || !(math.Abs(spread-1) < 0.3) {
		t.Errorf("mean %g, standard deviation %g; 0 and 1 are expected", mean, spread)
	}
	if a := Anisotropy(Gram(grouped(200, 16, 60, 10, 0.05).Normalised()), 200); a < 8 {
		t.Errorf("%g where a third are in groups", a)
	}
}

// TestManyAreAskedByPart: of more prototypes than are asked, quantiles are close to those of all.
func TestManyAreAskedByPart(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 5,000 prototypes with each other")
	}
	rows := grouped(5000, 16, 2500, 700, 0.05)
	norms := make([]float64, rows.Rows)
	for i := range norms {
		norms[i] = 1
	}
	got := Nearest(rows.Normalised(), norms, nil)
	n, _ := geometry.NearestOf(nil, rows).Summary()
	for name, q := range map[string][2]float64{"p05": {got.P05, n.P05}, "median": {got.Median, n.Median}, "p95": {got.P95, n.P95}} {
		if math.Abs(q[0]-q[1]) > 0.01 {
			t.Errorf("%s: %.4f, of all %.4f", name, q[0], q[1])
		}
	}
}
