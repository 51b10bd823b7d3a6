package spectrum

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenSpectrum(t *testing.T) {
	t.Run("metrics_spectrum", func(t *testing.T) {
		f := golden.Load(t, "metrics_spectrum")
		for name := range f.Inputs {
			x := fixture.MatrixAt(t, f.Inputs, name)
			s := fixture.MustOK[[]float64](t, name)(SingularValues(x))
			golden.Check(t, f, name+" singular values", s, golden.At(t, f.Expected, name, "singular_values"))
			fixture.Check(t, f, name+" effective rank", fixture.MustOK[float64](t, name)(EffectiveRank(s)), name, "effective_rank")
			for _, k := range fixture.KeysOf(t, f.Expected[name], "rankme_eps") {
				fixture.Check(t, f, name+" "+k.Key, fixture.MustOK[float64](t, name)(RankMe(s, k.Number)), name, k.Key)
			}
			if want, ok := f.Expected[name].(map[string]any)["covariance_eigenvalues"]; ok {
				golden.Check(t, f, name+" covariance", fixture.MustOK[[]float64](t, name)(CovarianceEigenvalues(x)), want)
			}
		}
	})
}

func TestGoldenLiDAR(t *testing.T) {
	t.Run("metrics_lidar", func(t *testing.T) {
		f := golden.Load(t, "metrics_lidar")
		x := fixture.MatrixAt(t, f.Inputs, "embeddings")
		l := fixture.MustOK[LiDARResult](t, "lidar")(LiDAR(x, int(fixture.NumberAt(t, f.Params, "samples_per_class")),
			fixture.NumberAt(t, f.Params, "delta"), fixture.NumberAt(t, f.Params, "epsilon")))
		fixture.Check(t, f, "lidar", l.Value, "lidar")
		fixture.Check(t, f, "entropy", l.Entropy, "entropy")
		fixture.Check(t, f, "top", l.Top, "top_eigenvalue")
	})
}
