package uniqueness

import (
	"testing"

	"protobench/metrics/geometry"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestUniqueCentredRemovesOffset(t *testing.T) {
	p := matrix.RandomUnit(3, 300, 64)
	for i := range p.Rows {
		p.Row(i)[0] += 8
	}
	if n := Of(p, 0.025).Count(); n > 3 {
		t.Errorf("%d unique under a large offset", n)
	}
	if n := OfCentred(p, 0.025).Count(); n != 300 {
		t.Errorf("%d of 300 unique after centring", n)
	}
	if m, _ := geometry.MeanNorm(Centred(p)); !(m <= 0.05) {
		t.Errorf("centred prototypes have a mean of norm %g", m)
	}
}

func TestUniqueCentredOfCollapse(t *testing.T) {
	for name, spread := range map[string]float32{"exact": 0, "up to rounding": 1e-7} {
		c := OfCentred(fixture.Crowd(4, 50, 1, 16, spread), 0.025)
		fixture.Equal(t, name, c.Representatives, []int{0})
	}
	two := matrix.Of(4, 2, []float32{1, 0, 0, 1, 1, 0, 0, 1})
	fixture.Equal(t, "two directions", OfCentred(two, 0.025).Owner, []int{0, 1, 0, 1})
	// Opposite pairs have mean zero; the zero row takes part in neither mean nor cover.
	odd := matrix.Of(3, 2, []float32{1, 0, 0, 0, -1, 0})
	fixture.Equal(t, "zero row", OfCentred(odd, 0.025).Owner, []int{0, -1, 2})
	fixture.Equal(t, "at the mean", OfCentred(matrix.Of(1, 2, []float32{3, 4}), 0.5).Count(), 1)
	fixture.Equal(t, "eps 0", OfCentred(fixture.Crowd(4, 5, 1, 16, 0), 0).Count(), 5)
}
