package term

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
)

// TestCrowdingGradient compares the gradient of the spreading with finite differences.
func TestCrowdingGradient(t *testing.T) {
	const k, d, h = 6, 4, 1e-3
	c, grad, scratch := fixture.RandomUnit(2, k, d), make([]float32, k*d), make([]float32, k*d)
	NewCrowding(k, d).Gradient(grad, c)
	for i := range c {
		at := func(e float32) float64 {
			x := slices.Clone(c)
			x[i] += e
			return NewCrowding(k, d).Gradient(scratch, x)
		}
		if got := (at(h) - at(-h)) / (2 * h); !(math.Abs(got-float64(grad[i])) <= 1e-3) {
			t.Errorf("entry %d: finite difference %g, gradient %g", i, got, grad[i])
		}
	}
}
