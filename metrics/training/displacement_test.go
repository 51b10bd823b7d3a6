package training

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestDisplacement(t *testing.T) {
	a := matrix.Of(4, 2, []float32{1, 0, 1, 0, 0, 2, 0, 0})
	b := matrix.Of(4, 2, []float32{7, 0, 0, 1, 0, -1, 1, 0})
	fixture.Near(t, "0, 1 and 2; zero row left out", fixture.MustOK[float64](t, "displacement")(Displacement(a, b)), 1, 1e-12)
	if _, ok := Displacement(matrix.New(2, 2), matrix.New(2, 2)); ok {
		t.Error("displacement of zero rows is defined")
	}
}

// Prototypes of lengths 2 and 3 that turned by 60° moved by half, whatever their lengths.
func TestDisplacementIgnoresLengths(t *testing.T) {
	start, now := matrix.Of(2, 2, []float32{2, 0, 0, 0}), matrix.Of(2, 2, []float32{1.5, 1.5 * 1.7320508, 5, 5})
	fixture.Near(t, "displacement", fixture.MustOK[float64](t, "displacement")(Displacement(start, now)), 0.5, 1e-6)
}
