package matrix_test

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestOfPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("five numbers made a 2×2 matrix")
		}
	}()
	matrix.Of(2, 2, make([]float32, 5))
}

func TestOfNothing(t *testing.T) {
	fixture.Equal(t, "rows", matrix.Of(0, 3, nil).Rows, 0)
	fixture.Equal(t, "columns", matrix.Of(3, 0, nil).Cols, 0)
}

func TestRandomUnit(t *testing.T) {
	a, b := matrix.RandomUnit(1, 50, 8), matrix.RandomUnit(1, 50, 8)
	fixture.Equal(t, "same seed", a, b)
	if a.Data[0] == matrix.RandomUnit(2, 50, 8).Data[0] {
		t.Error("two seeds give the same vectors")
	}
	for i := range a.Rows {
		fixture.Near(t, "norm", matrix.Dot(a.Row(i), a.Row(i)), 1, 1e-6)
	}
}

func TestNormalisedRowsWithoutDirectionAreZero(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	p := matrix.Of(6, 2, []float32{0, 0, 1, 0, 0, 0, nan, 1, inf, 1, 2, 0})
	fixture.Equal(t, "normalised", p.Normalised().Data, []float32{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0})
	fixture.Equal(t, "rows with a direction", matrix.DirectionsOf(p).With(), []int{1, 5})
}

func TestCosineStaysInRange(t *testing.T) {
	p := matrix.Of(4, 3, []float32{0.1, 0.2, 0.3, 0.7, 1.4, 2.1, -3, -6, -9, 3, 0, -1})
	d := matrix.DirectionsOf(p)
	fixture.Near(t, "alike", d.Cosine(0, 1), 1, 1e-12)
	fixture.Near(t, "opposite", d.Cosine(1, 2), -1, 1e-7)
	fixture.Near(t, "square", d.Cosine(0, 3), 0, 1e-7)
	fixture.Near(t, "slanted", matrix.DirectionsOf(matrix.Of(2, 2, []float32{3, 0, 5, 5})).Cosine(0, 1), math.Sqrt(0.5), 1e-12)
	for i := range 4 {
		for j := range 4 {
			if c := d.Cosine(i, j); !(c >= -1 && c <= 1) {
				t.Errorf("cosine of %d and %d is %g", i, j, c)
			}
		}
	}
	fixture.Near(t, "slack of 3 products", d.Slack(), 11.0/(1<<23), 0)
}

func TestArgmax(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, c := range []struct {
		row  []float32
		want int
	}{{[]float32{1, 3, 3}, 1}, {[]float32{nan, 2, 1}, 1}, {[]float32{nan, nan}, -1}, {[]float32{inf, inf, nan}, 0}, {nil, -1}} {
		fixture.Equal(t, "position", matrix.Argmax(c.row), c.want)
	}
}

func TestMustMatchPanics(t *testing.T) {
	matrix.MustMatch("labels", 3, 3)
	defer func() {
		fixture.Equal(t, "reason", recover(), any("matrix: 2 labels, want 3"))
	}()
	matrix.MustMatch("labels", 2, 3)
}
