package geometry

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestGoldenUniformity(t *testing.T) {
	t.Run("metrics_uniformity", func(t *testing.T) {
		f := golden.Load(t, "metrics_uniformity")
		a, b := fixture.MatrixAt(t, f.Inputs, "z_a"), fixture.MatrixAt(t, f.Inputs, "z_b")
		value := fixture.MustOK[float64](t, "uniformity")
		for _, k := range fixture.KeysOf(t, f.Expected, "alignment_alpha") {
			fixture.Check(t, f, k.Key, value(Alignment(a, b, k.Number)), k.Key)
		}
		for prefix, z := range map[string]matrix.Matrix{"uniformity_a_t": a, "uniformity_b_t": b} {
			for _, k := range fixture.KeysOf(t, f.Expected, prefix) {
				fixture.Check(t, f, k.Key, value(Uniformity(nil, z, k.Number)), k.Key)
			}
		}
		fixture.Check(t, f, "std", value(FeatureStd(a)), "std_check", "mean_feature_std")
	})
}
