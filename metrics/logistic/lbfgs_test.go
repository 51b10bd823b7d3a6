package logistic

import (
	"testing"

	"protobench/metrics/internal/fixture"
)

// BFGS maps the latest gradient change back onto the step that caused it.
func TestDirectionSatisfiesSecantEquation(t *testing.T) {
	o := newLBFGS(nil, make([]float64, 3), []float64{1, 2, 3})
	o.remember([]float64{1, 0, 1}, []float64{2, 1, 0})
	o.remember([]float64{0, 1, 2}, []float64{1, 1, 1})
	fixture.Near(t, "scale", o.scale(), 3.0/6, 1e-12)
	o.g = []float64{1, 1, 1}
	o.direction()
	for i, want := range []float64{0, -1, -2} {
		fixture.Near(t, "direction", o.d[i], want, 1e-12)
	}
	o.remember([]float64{1, 0, 0}, []float64{-1, 0, 0})
	fixture.Equal(t, "pairs after negative curvature", len(o.s), 2)
}

func TestMinimiseRosenbrock(t *testing.T) {
	f := func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	}
	x := []float64{-1.2, 1}
	end := minimise(f, x, []float64{1, 1}, Limits{Tolerance: 1e-9, Iterations: 200})
	if !end.Converged {
		t.Errorf("not converged: %+v", end)
	}
	fixture.Near(t, "x", x[0], 1, 1e-6)
	fixture.Near(t, "y", x[1], 1, 1e-6)
	capped := minimise(f, []float64{-1.2, 1}, []float64{1, 1}, Limits{Tolerance: 1e-9, Iterations: 3})
	if capped.Converged || capped.Iterations != 3 {
		t.Errorf("the cap is not kept: %+v", capped)
	}
}
