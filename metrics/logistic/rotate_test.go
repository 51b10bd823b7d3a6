package logistic

import (
	"testing"

	"protobench/metrics/internal/fixture"
)

func TestRotationLeavesTheSolution(t *testing.T) {
	x, y := fixture.Blobs(2, 400, 4, 9, 0.8)
	turned, plain := Prepare(nil, x, y, 4), Prepare(nil, x, y, 4)
	exact := Limits{Tolerance: fitTolerance, Iterations: FitIterations}
	plain.turn = unrotated(9)
	plain.X = plain.scaler.apply(x)
	a, b := turned.Start(), plain.Start()
	ea := turned.Fit(turned.X, turned.Y, a, 1e-2, exact)
	eb := plain.Fit(plain.X, plain.Y, b, 1e-2, exact)
	ma, mb := turned.Model(a, ea), plain.Model(b, eb)
	fixture.Near(t, "objective", ea.Value, eb.Value, 1e-6)
	for j, want := range turned.turn.meanSquare {
		var s float64
		for i := range turned.X.Rows {
			s += float64(turned.X.Row(i)[j]) * float64(turned.X.Row(i)[j]) / 400
		}
		fixture.Near(t, "mean square", s, want, 1e-4)
	}
	for i := range ma.Coef {
		fixture.Near(t, "coefficient", ma.Coef[i], mb.Coef[i], 2e-3)
	}
}
