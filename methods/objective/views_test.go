package objective

import (
	"slices"
	"testing"
)

// TestViews: how crops are laid out, which predict which, and by what weight.
func TestViews(t *testing.T) {
	v := Views{Images: 1, Global: 2, Crops: 3}
	x := []float32{1, 2, 3}
	if got := v.Globals(x); !slices.Equal(got, x[:2]) {
		t.Errorf("global crops %v", got)
	}
	if got := v.Last(x[:2]); !slices.Equal(got, x[1:2]) {
		t.Errorf("the last global crop is %v", got)
	}
	if v.Pairs() != 4 || v.Weight() != 0.25 { // two global ones predict each other, the local one both
		t.Errorf("%d pairs, weight %g", v.Pairs(), v.Weight())
	}
	got := make([]float32, 6)
	v.Swap(got, []float32{1, 2, 10, 20}, 2)
	if want := []float32{10, 20, 1, 2, 11, 22}; !slices.Equal(got, want) {
		t.Errorf("targets %v, want %v", got, want)
	}
	for _, c := range []struct {
		v    Views
		want []int
	}{{v, []int{0, 1, 2}}, {Views{Images: 1, Global: 1, Crops: 3}, []int{1, 2}}} {
		if got := c.v.Predicting(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: crops %v predict, want %v", c.v, got, c.want)
		}
	}
	two := Views{Images: 5, Global: 2, Crops: 6}
	if want := float32(1.0 / (2 * 5 * 5)); two.Weight() != want {
		t.Errorf("weight %g, want %g", two.Weight(), want)
	}
}

// TestHeadScales: the loss's scale multiplies every term's weight.
func TestHeadScales(t *testing.T) {
	for scale, want := range map[float32]float32{0: 0.5, 1: 0.5, 3: 1.5} {
		h := &Head{Scale: scale}
		if got := h.Scaled(0.5); got != want {
			t.Errorf("scale %g makes 0.5 to %g", scale, got)
		}
	}
}
