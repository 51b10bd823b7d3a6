package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestProject2DFindsThePlane(t *testing.T) {
	// Directions in the plane of axes 3 and 1, the former with more variance.
	p := matrix.New(8, 5)
	for i := range p.Rows {
		a := 2 * math.Pi * float64(i) / 8
		p.Row(i)[3], p.Row(i)[1] = float32(3*math.Cos(a)), float32(math.Sin(a))
	}
	got := fixture.MustOK[Projection](t, "projection")(Project2D(p))
	fixture.Near(t, "explained", got.Explained[0]+got.Explained[1], 1, 1e-6)
	if !(got.Explained[0] >= got.Explained[1]) {
		t.Error("the first axis explains less than the second")
	}
	for i, row := range got.Rows {
		want := math.Atan2(float64(p.Row(row)[1]), float64(p.Row(row)[3]))
		turn := math.Remainder(got.Angles[i]-want, 2*math.Pi)
		fixture.Near(t, "angle", turn, 0, 1e-6)
		fixture.Near(t, "x", got.Points[i][0], math.Cos(got.Angles[i]), 1e-12)
		fixture.Near(t, "y", got.Points[i][1], math.Sin(got.Angles[i]), 1e-12)
	}
}

// Two prototypes and two dimensions are enough; shares are of the whole variance.
func TestProject2DOfTwo(t *testing.T) {
	got := fixture.MustOK[Projection](t, "projection")(Project2D(matrix.Of(2, 2, []float32{3, 4, 3, -4})))
	fixture.Equal(t, "rows", got.Rows, []int{0, 1})
	fixture.Near(t, "explained", got.Explained[0], 1, 1e-6)
	fixture.Near(t, "angle", math.Abs(got.Angles[0]-got.Angles[1]), math.Pi, 1e-6)
	fixture.Near(t, "angle of the larger", got.Angles[0], 0, 1e-6) // the axis points where its largest entry is positive
	tall := matrix.Of(4, 3, []float32{2, 1, 0, 2, -1, 0, 2, 0, 0.5, 2, 0, -0.5})
	wide := fixture.MustOK[Projection](t, "projection")(Project2D(tall))
	a, b := 2.0/5, 2*0.25/4.25 // squares of unit rows' second and third entries
	rest := 4 * math.Pow((2/math.Sqrt(5)-2/math.Sqrt(4.25))/2, 2)
	fixture.Near(t, "first axis", wide.Explained[0], a/(a+b+rest), 1e-6)
	fixture.Near(t, "second axis", wide.Explained[1], b/(a+b+rest), 1e-6)
}

func TestProject2DIgnoresOrder(t *testing.T) {
	p := fixture.Crowd(9, 60, 4, 10, 0.3)
	a := fixture.MustOK[Projection](t, "forward")(Project2D(p))
	b := fixture.MustOK[Projection](t, "backward")(Project2D(fixture.Reversed(p)))
	for i := range a.Angles {
		fixture.Near(t, "angle", math.Remainder(a.Angles[i]-b.Angles[len(b.Angles)-1-i], 2*math.Pi), 0, 1e-6)
	}
}

func TestProject2DUndefined(t *testing.T) {
	for name, p := range map[string]matrix.Matrix{
		"no rows": matrix.New(0, 3), "zero rows": matrix.New(4, 3), "one prototype": matrix.RandomUnit(1, 1, 3),
		"one dimension": matrix.RandomUnit(1, 5, 1), "total collapse": fixture.Crowd(1, 9, 1, 4, 0),
	} {
		if _, ok := Project2D(p); ok {
			t.Errorf("%s: defined", name)
		}
	}
	kept, _ := Project2D(matrix.Of(4, 2, []float32{1, 0, 0, 0, 0, 1, -1, -1}))
	octahedron := matrix.New(10, 3)
	for i := range octahedron.Rows {
		octahedron.Row(i)[i/2%3] = float32(1 - 2*(i%2))
	}
	middle, _ := Project2D(octahedron.Pick([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3}))
	fixture.Equal(t, "centre left out", middle.Rows, []int{0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13})
	fixture.Equal(t, "zero row left out", kept.Rows, []int{0, 2, 3})
}
