package drawing

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/plot"
)

// A plane's line of equal value is straight and lies where the plane has it; a corner without a value
// leaves its squares without.
func TestContoursOfAPlane(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values [][]float64
		pieces int
	}{
		{[][]float64{{0, 10, 20}, {0, 10, 20}, {0, 10, 20}}, 6},
		{[][]float64{{0, 10, 20}, {0, 10, 20}, {nan, 10, 20}}, 3},
		{[][]float64{{0, 0}, {0, 0}}, 0},
	} {
		segments := segmentsAt(c.values, 4)
		if len(segments) != c.pieces {
			t.Errorf("%v: %d pieces", c.values, len(segments))
		}
		for _, s := range segments {
			if d := cmp.Diff([]float64{0.4, 0.4}, []float64{s[0].X, s[1].X}, cmpopts.EquateApprox(0, 1e-12)); d != "" {
				t.Error(d)
			}
		}
	}
}

// A slope along the diagonal has pieces that sum to the line's length.
func TestContourIsWhole(t *testing.T) {
	var length float64
	for _, s := range segmentsAt([][]float64{{0, 1, 2}, {1, 2, 3}, {2, 3, 4}}, 1.5) {
		length += math.Hypot(s[1].X-s[0].X, s[1].Y-s[0].Y)
	}
	if math.Abs(length-1.5*math.Sqrt2) > 1e-9 {
		t.Errorf("the pieces are %g long, want %g", length, 1.5*math.Sqrt2)
	}
}

func TestRoundStep(t *testing.T) {
	for width, want := range map[float64]float64{0.9: 1, 1: 1, 1.1: 2, 3: 5, 6: 10, 0.023: 0.05, 0: 0, math.Inf(1): 0} {
		if got := roundStep(width); math.Abs(got-want) > 1e-12 {
			t.Errorf("%g: %g, want %g", width, got, want)
		}
	}
}

func TestAmountAxis(t *testing.T) {
	var a plot.Axis
	AmountAxis(&a, 5000)
	if d := cmp.Diff([]string{"0", "2k", "4k"}, labels(a.Tick.Marker)); d != "" || a.Max != 5000 {
		t.Error(d)
	}
	AmountAxis(&a, 5.6)
	if d := cmp.Diff([]string{"0", "2", "4"}, labels(a.Tick.Marker)); d != "" {
		t.Error(d)
	}
}

// Steps have the values' heights between their edges.
func TestAddSteps(t *testing.T) {
	p := NewPanel("", "", "", 8)
	AddSteps(p, []float64{0, 1, 3}, []float64{2, 5}, Grey(), Grey())
	if p.X.Min != 0 || p.X.Max != 3 || p.Y.Min != 0 || p.Y.Max != 5 {
		t.Errorf("%g to %g, %g to %g", p.X.Min, p.X.Max, p.Y.Min, p.Y.Max)
	}
	AddSteps(p, []float64{7}, nil, Grey(), Grey())
	if p.X.Max != 3 {
		t.Error("steps without values are drawn")
	}
	AddBox(p, 5, 6, 7, 8, Grey(), GreyLine())
	AddBar(p, 8, 9, 10, Grey())
	if p.X.Max != 9 || p.Y.Max != 10 {
		t.Errorf("a box and a bar reach to %g, %g", p.X.Max, p.Y.Max)
	}
}
