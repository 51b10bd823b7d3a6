package drawing

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels keep their size whatever stands in the legend; a long label widens the picture, many
// labels heighten it.
func TestPanelsSize(t *testing.T) {
	long := strings.Repeat("é", 30)
	for _, c := range []struct {
		columns, rows int
		labels        []string
		width, height vg.Length
	}{
		{1, 1, nil, 440, 300},
		{3, 2, []string{"a", "b"}, 980, 600},
		{1, 1, []string{"a", long}, 480, 300},
		{1, 1, strings.Split(strings.Repeat("a", 20), ""), 440, 360},
	} {
		if w, h := PanelsSize(c.columns, c.rows, c.labels); w != c.width || h != c.height {
			t.Errorf("%d × %d with %q: %v × %v, want %v × %v", c.columns, c.rows, c.labels, w, h, c.width, c.height)
		}
	}
}

// A map under its title is as wide as high: in the middle of a wide canvas, at the top of a high
// one.
func TestSquare(t *testing.T) {
	for _, c := range []struct{ width, height, left, bottom, side vg.Length }{
		{200, 94, 60, 0, 80},
		{80, 144, 0, 50, 80},
	} {
		canvas := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: c.width, Y: c.height}}}
		got := square(canvas).Rectangle
		want := vg.Rectangle{Min: vg.Point{X: c.left, Y: c.bottom}, Max: vg.Point{X: c.left + c.side, Y: c.height}}
		if got != want {
			t.Errorf("%v × %v: %+v, want %+v", c.width, c.height, got, want)
		}
	}
}
