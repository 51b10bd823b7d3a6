package logistic

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestScalerOfConstantColumn(t *testing.T) {
	x := matrix.Of(4, 2, []float32{0.1, 1, 0.1, 3, 0.1, 1, 0.1, 3})
	s := Moments(x)
	fixture.Equal(t, "scale", s.scale, []float64{1, 1})
	fixture.Equal(t, "columns", s.Apply(x).Row(0)[1], float32(-1))
}
