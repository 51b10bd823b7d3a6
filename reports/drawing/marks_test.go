package drawing

import (
	"image/color"
	"math"
	"strings"
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

// Bars end at 0 and at 100 %, and a value without an interval has none.
func TestAddBars(t *testing.T) {
	p := NewPanel("", "", "", 8)
	AddBars(p, []float64{1, 50, 98, math.NaN()}, []float64{5, math.NaN(), 5, 5}, 0.25, Grey())
	if p.Y.Min != 0 || p.Y.Max != 100 || p.X.Min != 0.25 || p.X.Max != 2.25 {
		t.Errorf("bars from %g to %g, at %g to %g", p.Y.Min, p.Y.Max, p.X.Min, p.X.Max)
	}
	p = NewPanel("", "", "", 8)
	AddBars(p, []float64{40, 50}, []float64{math.NaN(), 5}, 0, Grey())
	if p.Y.Min != 45 || p.Y.Max != 55 || p.X.Min != 1 {
		t.Errorf("bars from %g to %g, from %g on", p.Y.Min, p.Y.Max, p.X.Min)
	}
}

// A level is a line across the panel at its height, with its name.
func TestAddLevel(t *testing.T) {
	p := NewPanel("", "", "", 8)
	PercentAxis(&p.X)
	PercentAxis(&p.Y)
	p.HideAxes()
	AddLevel(p, "raw pixels", 75)
	picture := pixels(t, 200, p.Draw)
	at, side := place(picture, color.NRGBAModel.Convert(GreyLine().Color).(color.NRGBA)), picture.Bounds().Dy()
	if at.Y < side/5 || at.Y > side*3/10 || at.X < side*2/5 || at.X > side*3/5 {
		t.Errorf("the line's middle is at %v of %d pixels", at, side)
	}
	if !strings.Contains(svg(t, p.Draw), ">raw pixels<") {
		t.Error("the line has no name")
	}
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{"": "", "ε = 0.1": "ε = 0.1", "ε = 0.25": "ε = 0.…"} {
		if got := Shorten(text, 7); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
