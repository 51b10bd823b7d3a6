package drawing

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"
)

func TestIndexedLeavesOutWhatIsNotFinite(t *testing.T) {
	want := plotter.XYs{{X: 0.5, Y: 3}, {X: 3.5, Y: -1}}
	if d := cmp.Diff(want, Indexed([]float64{3, math.NaN(), math.Inf(1), -1}, 0.5)); d != "" {
		t.Error(d)
	}
}

func TestCentre(t *testing.T) {
	if got := Centre(nil); got != nil {
		t.Errorf("no points have the centre %v", got)
	}
	want := plotter.XYs{{X: 2, Y: 5}}
	if d := cmp.Diff(want, Centre(plotter.XYs{{X: 0, Y: 4}, {X: 4, Y: 6}})); d != "" {
		t.Error(d)
	}
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{"": "", "ε = 0.1": "ε = 0.1", "ε = 0.25": "ε = 0.…"} {
		if got := Shorten(text, 7); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
