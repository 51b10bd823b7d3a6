package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Two features at right angles: each entry is 0 and 1, of sample deviation √½, times √2.
func TestRelativeStdOfSquareFeatures(t *testing.T) {
	in := &metric.Input{FrozenFeatures: metric.FrozenFeatures{Train: matrix.Of(2, 2, []float32{4, 0, 0, 0.5})}}
	v, ok := RelativeStd(in)
	fixture.Equal(t, "defined", ok, true)
	fixture.Near(t, "relative deviation", v, 1, 1e-12)
}

func TestFeatureStd(t *testing.T) {
	value := fixture.MustOK[float64](t, "std")
	fixture.Near(t, "isotropic", value(FeatureStd(matrix.RandomUnit(1, 4000, 25))), 0.2, 0.002)
	fixture.Near(t, "collapse", value(FeatureStd(fixture.Crowd(1, 50, 1, 25, 0))), 0, 1e-7)
	bad := matrix.RandomUnit(1, 3, 2)
	bad.Data[0] = float32(math.Inf(1))
	for name, x := range map[string]matrix.Matrix{"one row": matrix.RandomUnit(1, 1, 4), "zero rows": matrix.New(5, 2), "Inf": bad} {
		if _, ok := FeatureStd(x); ok {
			t.Errorf("%s: defined", name)
		}
	}
}
