package stats

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestFalling(t *testing.T) {
	for _, c := range []struct{ values, want []float64 }{
		{nil, []float64{}},
		{[]float64{5, 4, 4, 1}, []float64{5, 4, 4, 1}},
		{[]float64{1, 2, 3}, []float64{2, 2, 2}},
		{[]float64{9, 3, 5, 4, 8, 1}, []float64{9, 5, 5, 5, 5, 1}},
	} {
		if d := cmp.Diff(c.want, Falling(c.values), cmpopts.EquateApprox(0, 1e-12)); d != "" {
			t.Errorf("%v: %s", c.values, d)
		}
	}
}

// The fit never rises, keeps the mean, and no falling list that is made at random is nearer.
func TestFallingIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 12).Draw(t, "values")
		fit := Falling(values)
		other := rapid.SliceOfN(rapid.Float64Range(0, 3), len(values), len(values)).Draw(t, "steps")
		level := rapid.Float64Range(-10, 20).Draw(t, "level")
		var own, others float64
		for i, v := range values {
			if i > 0 && fit[i] > fit[i-1]+1e-9 {
				t.Fatalf("%v rises", fit)
			}
			level -= other[i]
			own += (v - fit[i]) * (v - fit[i])
			others += (v - level) * (v - level)
		}
		if own > others+1e-9 || math.Abs(Mean(values)-Mean(fit)) > 1e-9 {
			t.Fatalf("%v: left %g, another leaves %g", fit, own, others)
		}
	})
}
