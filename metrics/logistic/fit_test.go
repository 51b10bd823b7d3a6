package logistic

import (
	"math"
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenFit(t *testing.T) {
	t.Run("metrics_linear", func(t *testing.T) {
		f := golden.Load(t, "metrics_linear")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY := golden.Ints(golden.At(t, f.Inputs, "train_labels"))
		n := float64(train.Rows)
		for key, C := range map[string]float64{"C1": 1, "C0.1": 0.1} {
			m := Fit(nil, train, trainY, 4, 1/(C*n))
			if !m.Converged {
				t.Errorf("%s: not converged in %d iterations", key, m.Iterations)
			}
			golden.Check(t, f, "mean", m.Mean, golden.At(t, f.Expected, "mean"))
			golden.Check(t, f, "scale", m.Scale, golden.At(t, f.Expected, "scale"))
			golden.Check(t, f, key+" coef", m.Coef, golden.At(t, f.Expected, key, "coef"))
			golden.Check(t, f, key+" intercept", m.Intercept, golden.At(t, f.Expected, key, "intercept"))
			golden.Check(t, f, key+" probabilities", m.Probabilities(nil, test).Data, golden.At(t, f.Expected, key, "test_probabilities"))
			golden.Check(t, f, key+" objective", []float64{n * C * m.Objective}, golden.At(t, f.Expected, key, "objective"))
			fixture.Equal(t, key+" predictions", m.Predict(nil, test), golden.Ints(golden.At(t, f.Expected, key, "predictions")))
			for j := 16; j < len(m.Coef); j += 17 {
				if math.Abs(m.Coef[j]) > 1e-5 {
					t.Errorf("%s: the constant column has weight %g", key, m.Coef[j])
				}
			}
		}
	})
}
