package logistic

import (
	"math"
	"testing"

	"protobench/internal/kernel"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

// A reflection is a rotation, it takes the directions it is given onto the first coordinates in
// their order, and weights come back as they went.
func TestReflectionTurnsDirectionsOntoFirstCoordinates(t *testing.T) {
	a := matrix.RandomUnit(4, 3, 7)
	f := reflectionOf(fixture.Threads(t), a)
	q := f.apply(nil, identity(7)) // [7,7]
	for i, v := range gramOf(q).Data {
		fixture.Near(t, "qᵀ·q", float64(v), float64(identity(7).Data[i]), 1e-6)
	}
	turned := f.apply(nil, a.Pick([]int{0, 1, 2}))
	for i := range 3 {
		for j := i + 1; j < 7; j++ {
			fixture.Near(t, "direction beyond its coordinates", float64(turned.Row(i)[j]), 0, 1e-6)
		}
	}
	first := f.first(nil)
	for i := range 3 {
		for j := range 7 {
			fixture.Near(t, "column of q", float64(q.Row(j)[i]), float64(first.Row(i)[j]), 1e-6)
		}
	}
	w := make([]float64, 14)
	for i := range w {
		w[i] = math.Sin(float64(i))
	}
	for i, v := range f.back(w, 2) { // row c of w times qᵀ
		fixture.Near(t, "weight", v, inner(w[i/7*7:], q.Row(i%7)), 1e-6)
	}
}

func identity(d int) matrix.Matrix {
	m := matrix.New(d, d)
	for i := range d {
		m.Row(i)[i] = 1
	}
	return m
}

// Repeated and empty rows span less; the rest is a rotation still.
func TestReflectionOfDependentRows(t *testing.T) {
	a := matrix.Of(4, 5, []float32{1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, -3})
	for _, v := range gramOf(reflectionOf(nil, a).apply(nil, identity(5))).Data {
		if !(math.Abs(float64(v)) < 1e-6 || math.Abs(float64(v)-1) < 1e-6) {
			t.Errorf("qᵀ·q has %g", v)
		}
	}
}

// Features that have known axes with known mean squares: the leading ones are found, in order.
func TestLeadingAxesAreFound(t *testing.T) {
	const n, d, r = 200, 60, 8
	axes := reflectionOf(nil, matrix.RandomUnit(1, 20, d)).first(nil)
	along := reflectionOf(nil, matrix.RandomUnit(2, 20, n)).first(nil)
	scaled, z := matrix.New(20, d), matrix.New(n, d)
	for i := range 20 {
		kernel.Scale(scaled.Row(i), axes.Row(i), float32(math.Pow(0.4, float64(i))))
	}
	kernel.Gemm(nil, true, false, n, d, 20, along.Data, n, scaled.Data, d, z.Data, d, false)
	found := leadingAxes(fixture.Threads(t), z, r)
	fixture.Equal(t, "bits without a team", leadingAxes(nil, z, r), found)
	fixture.Equal(t, "axes", []int{found.Rows, found.Cols}, []int{r, d})
	for i := range r - 2 { // the last ones only nearly
		fixture.Near(t, "cosine with the axis", math.Abs(kernel.Dot64(found.Row(i), axes.Row(i))), 1, 1e-3)
		fixture.Near(t, "length", kernel.Norm(found.Row(i)), 1, 1e-5)
	}
	fixture.Equal(t, "axes of fewer rows", leadingAxes(nil, z.Pick([]int{0, 1, 2}), r).Rows, 3)
	fixture.Equal(t, "axes of fewer columns", leadingAxes(nil, matrix.RandomUnit(1, 9, 4), r).Rows, 4)
}
