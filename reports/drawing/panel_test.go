package drawing

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// One panel stands in one column of a paper, more in two; rows and a legend heighten the picture,
// and small panels keep a height at which their axes fit.
func TestSize(t *testing.T) {
	legend := make([]Entry, 30)
	for i := range legend {
		legend[i].Text = strings.Repeat("x", 20)
	}
	for _, c := range []struct {
		columns, rows int
		ratio         float64
		legend        []Entry
		width, height vg.Length
	}{
		{1, 1, 1, nil, OneColumn, 252 + 6},
		{2, 2, 1, nil, TwoColumns, 516 + 6},
		{6, 1, 0.5, nil, TwoColumns, 112 + 6},
		{1, 1, 1, legend[:1], OneColumn, 252 + 6 + 15},
		{2, 1, 1, legend, TwoColumns, 258 + 6 + LegendHeight(legend, TwoColumns)},
	} {
		if w, h := Size(c.columns, c.rows, c.ratio, c.legend); w != c.width || h != c.height {
			t.Errorf("%d × %d: %v × %v, want %v × %v", c.columns, c.rows, w, h, c.width, c.height)
		}
	}
	if one, many := LegendHeight(legend[:1], OneColumn), LegendHeight(legend, OneColumn); many < 5*one {
		t.Errorf("a legend of 30 entries is %v high, of one %v", many, one)
	}
}

// Texts are broken between words, and a word that is too long stands by itself.
func TestBroken(t *testing.T) {
	st := textStyle(TextSize, Grey())
	for _, c := range []struct {
		text  string
		width vg.Length
		want  string
	}{
		{"", 10, ""},
		{"one line of text", 500, "one line of text"},
		{"dino, arrangements 1, silhouettes 20", st.Width("dino, arrangements 1,"), "dino, arrangements 1,\nsilhouettes 20"},
		{"unique, %\u00a0of\u00a0K", st.Width("unique, %"), "unique,\n%\u00a0of\u00a0K"},
		{"a verylongword b", 1, "a\nverylongword\nb"},
	} {
		if got := broken(c.text, st, c.width); got != c.want {
			t.Errorf("%q over %v: %q, want %q", c.text, c.width, got, c.want)
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
