package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Norms 5, 1 and 3: mean 3, squared deviations 4, 4 and 0.
func TestNormSpread(t *testing.T) {
	raw := matrix.Of(3, 2, []float32{3, 4, -1, 0, 0, 3})
	in := &metric.Input{Prototypes: metric.Prototypes{Raw: raw, Effective: raw.Normalised()}}
	if r := fixture.ValueOf(t, NormSpreadSpecs(), "prototype_norm_spread", in); r.Undefined != "" || !(math.Abs(r.Value-math.Sqrt(8.0/3)) <= 1e-12) {
		t.Errorf("%+v, want √(8/3)", r)
	}
	in.Raw = in.Effective
	far, _ := NormSpread(matrix.Of(3, 1, []float32{1e6, -1e6 - 1, 1e6 + 3})) // a mean that is rounded
	fixture.Near(t, "spread of long rows", far, math.Sqrt(14.0/9), 1e-8)
	if r := fixture.ValueOf(t, NormSpreadSpecs(), "prototype_norm_spread", in); r.Undefined != "" || !(r.Value <= 1e-7) {
		t.Errorf("%+v on a sphere", r)
	}
	in.Raw = matrix.Matrix{}
	if r := fixture.ValueOf(t, NormSpreadSpecs(), "prototype_norm_spread", in); r.Undefined == "" {
		t.Errorf("%+v without raw prototypes", r)
	}
	in.Raw = matrix.Of(1, 2, []float32{float32(math.Inf(1)), 0})
	if r := fixture.ValueOf(t, NormSpreadSpecs(), "prototype_norm_spread", in); r.Undefined == "" {
		t.Errorf("%+v of what is not finite", r)
	}
}
