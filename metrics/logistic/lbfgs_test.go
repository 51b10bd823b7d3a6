package logistic

import (
	"math"
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

func TestScaleOfOnePair(t *testing.T) {
	o := newLBFGS(nil, make([]float64, 2), []float64{1, 2})
	fixture.Near(t, "without a pair", o.scale(), 1, 0)
	o.remember([]float64{1, 1}, []float64{2, 1}) // sᵀy 3, yᵀdiag·y 6
	fixture.Near(t, "scale", o.scale(), 0.5, 1e-12)
}

// A pair needs curvature above rounding: sᵀy above 1e-14·yᵀy.
func TestRememberNeedsCurvature(t *testing.T) {
	for _, c := range []struct {
		s, y float64
		want int
	}{{1e-9, 1e-6, 1}, {1e-14, 1, 0}, {1.1e-14, 1, 1}, {1e-15, 1, 0}, {1, -1, 0}} {
		o := newLBFGS(nil, make([]float64, 1), []float64{1})
		o.remember([]float64{c.s}, []float64{c.y})
		fixture.Equal(t, "pairs", len(o.s), c.want)
	}
}

func TestStepNeedsDescent(t *testing.T) {
	o := newLBFGS(func(_, g []float64) float64 { clear(g); return 1 }, make([]float64, 2), []float64{1, 1})
	if _, ok := o.step(1); ok {
		t.Error("a step without a gradient")
	}
}

// parabola is (x-3)²/2, of which the calls that lost says are infinite.
func parabola(lost func(call int) bool) objective {
	call := 0
	return func(x, g []float64) float64 {
		call++
		g[0] = x[0] - 3
		if lost(call) {
			return math.Inf(1)
		}
		return g[0] * g[0] / 2
	}
}

// A search that finds nothing is repeated without memory, once, and where there is none the
// minimisation ends: converged when the gradient is within ten times the tolerance.
func TestMinimiseWhereNothingIsFound(t *testing.T) {
	const slow = 0.25 // first guess of the inverse Hessian: the first step ends short of 3
	for _, c := range []struct {
		name       string
		lost       func(call int) bool
		tolerance  float64
		iterations int
		converged  bool
	}{
		{"from the start", func(call int) bool { return call > 1 }, 1e-3, 0, false},
		{"from the start, near enough", func(call int) bool { return call > 1 }, 0.3, 0, true},
		{"from the start, not near enough", func(call int) bool { return call > 1 }, 0.29, 0, false},
		{"one search", func(call int) bool { return call > 1 && call <= 1+lineTrials }, 1e-3, 0, false},
		{"at the start already", func(int) bool { return false }, 3, 0, true},
	} {
		end := minimise(parabola(c.lost), []float64{0}, []float64{slow}, Limits{Tolerance: c.tolerance, Iterations: 50})
		fixture.Equal(t, c.name, []any{end.Iterations, end.Converged}, []any{c.iterations, c.converged})
	}
	x := []float64{0}
	afterOne := func(call int) bool { return call > 2 && call <= 2+lineTrials }
	end := minimise(parabola(afterOne), x, []float64{slow}, Limits{Tolerance: 1e-9, Iterations: 50})
	if !end.Converged || end.Iterations < 2 {
		t.Errorf("after a step and a lost search: %+v", end)
	}
	fixture.Near(t, "x", x[0], 3, 1e-8)
}
