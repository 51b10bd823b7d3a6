package learner

import (
	"slices"
	"testing"
)

// TestLloydIsEuclidean has centres of different lengths: the nearest is not the one with the
// largest product.
func TestLloydIsEuclidean(t *testing.T) {
	c := NewCentres(nil, []float32{1, 0, 3, 0, 5, 0, 1, 0.2}, []float32{1, 0, 5, 0}, 2, 1)
	if want := []int{0, 0, 1, 0}; !slices.Equal(c.Near, want) { // at a tie the first
		t.Errorf("assignments %v, want %v", c.Near, want)
	}
	want := []float32{5.0 / 3, 0.2 / 3, 5, 0}
	for i, v := range c.Value {
		if d := v - want[i]; d > 1e-6 || d < -1e-6 {
			t.Errorf("centres %v, want %v", c.Value, want)
			break
		}
	}
	if c.Distance[2] != 0 || c.Distance[0] < 0.44 || c.Distance[0] > 0.46 {
		t.Errorf("squared distances %v", c.Distance)
	}
}
