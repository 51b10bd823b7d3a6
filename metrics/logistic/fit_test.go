package logistic

import (
	"fmt"
	"math"
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestGoldenFit(t *testing.T) {
	t.Run("metrics_linear", func(t *testing.T) {
		f := golden.Load(t, "metrics_linear")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY := golden.Ints(golden.At(t, f.Inputs, "train_labels"))
		n, classes := float64(train.Rows), golden.Ints(golden.At(t, f.Params, "classes"))[0]
		for _, c := range golden.Floats(golden.At(t, f.Params, "C")) {
			key := fmt.Sprintf("C%g", c)
			m := Fit(nil, train, trainY, classes, 1/(c*n))
			if !m.Converged {
				t.Errorf("%s: not converged in %d iterations", key, m.Iterations)
			}
			golden.Check(t, f, "mean", m.Mean, golden.At(t, f.Expected, "mean"))
			golden.Check(t, f, "scale", m.Scale, golden.At(t, f.Expected, "scale"))
			golden.Check(t, f, key+" coef", m.Coef, golden.At(t, f.Expected, key, "coef"))
			golden.Check(t, f, key+" intercept", m.Intercept, golden.At(t, f.Expected, key, "intercept"))
			golden.Check(t, f, key+" probabilities", m.Probabilities(nil, test).Data, golden.At(t, f.Expected, key, "test_probabilities"))
			golden.Check(t, f, key+" objective", []float64{n * c * m.Objective}, golden.At(t, f.Expected, key, "objective"))
			fixture.Equal(t, key+" predictions", m.Predict(nil, test), golden.Ints(golden.At(t, f.Expected, key, "predictions")))
			for j, v := range m.Coef {
				if constant(train, j%train.Cols) && !(math.Abs(v) <= 1e-5) {
					t.Errorf("%s: the constant column %d has weight %g", key, j%train.Cols, v)
				}
			}
		}
	})
}

func constant(x matrix.Matrix, column int) bool {
	for i := range x.Rows {
		if x.Row(i)[column] != x.Row(0)[column] {
			return false
		}
	}
	return true
}
