package logistic

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

// The least value, the coefficients and the predictions are those of unturned features, whether all
// axes are looked for or, of wide features, the leading ones; turned fits take fewer steps.
func TestRotationLeavesTheSolution(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      int
		l2     float64
		fewer  int // times fewer steps at least
		within float64
	}{
		{"all axes", 64, 1e-3, 10, 1e-3},
		{"leading axes", rotateUpTo + 2, 1e-1, 8, 1e-4},
		{"leading axes, weak penalty", rotateUpTo + 2, 1e-2, 10, 1e-3},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, y := strokes(300, c.d)
			m, end := solved(t, Prepare(fixture.Threads(t), x, y, 3), c.l2)
			p := Prepare(nil, x, y, 3)
			if _, some := p.turn.(reflection); some != (c.d > rotateUpTo) {
				t.Errorf("%d features are turned by a %T", c.d, p.turn)
			}
			p.turn, p.X = ownAxes{}, p.scaler.Apply(x)
			want, wantEnd := solved(t, p, c.l2)
			fixture.Near(t, "objective", end.Value, wantEnd.Value, 1e-6*wantEnd.Value)
			for i := range m.Coef {
				fixture.Near(t, "coefficient", m.Coef[i], want.Coef[i], c.within)
			}
			fixture.Equal(t, "predictions", m.Predict(nil, x), want.Predict(nil, x))
			if c.fewer*end.Iterations > wantEnd.Iterations {
				t.Errorf("%d steps on turned features, %d on plain ones", end.Iterations, wantEnd.Iterations)
			}
		})
	}
}

// strokes are rows [n,d] whose neighbouring columns are alike, as pixels are, and labels of three
// classes that they hardly tell.
func strokes(n, d int) (matrix.Matrix, []int) {
	x, y := matrix.RandomUnit(5, n, d), make([]int, n)
	for i := range n {
		row := x.Row(i)
		for j := 1; j < d; j++ {
			row[j] += row[j-1]
		}
		y[i] = i % 3
		if row[d/2] > row[d/4] {
			y[i] = i % 2
		}
	}
	return x, y
}

func solved(t *testing.T, p *Problem, l2 float64) (Model, Outcome) {
	t.Helper()
	w := p.Start()
	end := p.Fit(p.X, p.Y, w, l2, Limits{Tolerance: fitTolerance, Iterations: 5000})
	if !end.Converged {
		t.Errorf("not converged: %+v", end)
	}
	return p.Model(w, end), end
}

func TestAllAxesAreTurnedOnto(t *testing.T) {
	x, y := fixture.Blobs(2, 400, 4, 9, 0.8)
	p := Prepare(nil, x, y, 4)
	gram := gramOf(p.X)
	for i := range gram.Rows {
		for j, v := range gram.Row(i) {
			if i != j {
				fixture.Near(t, "inner product of columns", float64(v)/400, 0, 1e-5)
			}
		}
		if i > 0 && gram.Row(i)[i] > gram.Row(i - 1)[i-1] {
			t.Errorf("axis %d is larger than the one before", i)
		}
	}
}

// gramOf is xᵀ·x, written out.
func gramOf(x matrix.Matrix) matrix.Matrix {
	out := matrix.New(x.Cols, x.Cols)
	for n := range x.Rows {
		for i, a := range x.Row(n) {
			for j, b := range x.Row(n) {
				out.Row(i)[j] += float32(a * b)
			}
		}
	}
	return out
}
