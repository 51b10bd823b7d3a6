package drawing

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pixels draws on a canvas of so many points to a side.
func pixels(t *testing.T, points float64, onto func(draw.Canvas)) image.Image {
	t.Helper()
	b, err := Picture{Width: vg.Points(points), Height: vg.Points(points), Draw: onto}.PNG()
	if err != nil {
		t.Fatal(err)
	}
	p, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// count is the number of pixels of a colour.
func count(p image.Image, c color.NRGBA) int {
	n := 0
	for y := p.Bounds().Min.Y; y < p.Bounds().Max.Y; y++ {
		for x := p.Bounds().Min.X; x < p.Bounds().Max.X; x++ {
			if color.NRGBAModel.Convert(p.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

// A picture of an inch has DPI × DPI pixels, white where nothing is drawn, or as many as are asked for.
func TestPNG(t *testing.T) {
	p := pixels(t, 72, func(draw.Canvas) {})
	if p.Bounds().Dx() != DPI || p.Bounds().Dy() != DPI || count(p, color.NRGBA{255, 255, 255, 255}) != DPI*DPI {
		t.Errorf("%v, %d white", p.Bounds(), count(p, color.NRGBA{255, 255, 255, 255}))
	}
	b, err := Picture{Width: vg.Inch, Height: vg.Inch, DPI: 90, Draw: func(draw.Canvas) {}}.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width != 90 || c.Height != 90 {
		t.Errorf("%d × %d, %v; want 90 × 90", c.Width, c.Height, err)
	}
}

func svg(t *testing.T, onto func(draw.Canvas)) string {
	t.Helper()
	b, err := Picture{Width: 200, Height: 40, Draw: onto}.SVG()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A legend has its marks and their texts side by side, in order, and the rest of the canvas below
// is left for panels.
func TestDrawLegend(t *testing.T) {
	entries := []Entry{{Text: "live", Swatch: Swatch{Mark: StyleOf(0, 0).Mark(3)}}, {Text: "dead", Swatch: Swatch{Mark: StyleOf(1, 0).Mark(3)}}, {Text: "patch", Swatch: Swatch{Patch: Palette()[2]}}}
	var left draw.Canvas
	onto := func(c draw.Canvas) { left = DrawLegend(c, entries) }
	text := svg(t, onto)
	if live, dead := strings.Index(text, ">live<"), strings.Index(text, ">dead<"); live < 0 || dead < live {
		t.Errorf("the texts stand at %d and %d of the file", live, dead)
	}
	p := pixels(t, 200, onto)
	live, dead, patch := place(p, Palette()[0]), place(p, Palette()[1]), place(p, Palette()[2])
	if live.X == 0 || dead.X <= live.X+20 || dead.Y != live.Y || patch.X <= dead.X+20 {
		t.Errorf("the marks are at %v, %v and %v", live, dead, patch)
	}
	if high := left.Max.Y - left.Min.Y; high != 200-LegendHeight(entries, 200) {
		t.Errorf("%v points are left", high)
	}
}

// What is wider than the canvas goes on in a row below, and nothing is drawn beyond the edge.
func TestLegendBreaks(t *testing.T) {
	var entries []Entry
	for kind := range 8 {
		entries = append(entries, Entry{Text: "a method", Swatch: Swatch{Line: StyleOf(kind, 0).Line()}})
	}
	rows := legendRows(entries, 200)
	if len(rows) < 3 || len(slices.Concat(rows...)) != len(entries) {
		t.Errorf("%d rows of %d entries", len(rows), len(slices.Concat(rows...)))
	}
	for _, row := range rows {
		var width vg.Length
		for _, e := range row {
			width += e.width()
		}
		if width > 200 {
			t.Errorf("a row of %d is %v wide", len(row), width)
		}
	}
}

// Names at lines' ends stand in the order of the ends, a line apart where those are nearer, and within
// the panel.
func TestSpread(t *testing.T) {
	for _, c := range []struct{ at, want []vg.Length }{
		{[]vg.Length{10, 50}, []vg.Length{10, 50}},
		{[]vg.Length{50, 50}, []vg.Length{46, 54}},
		{[]vg.Length{10, 50, 52, 54}, []vg.Length{10, 44, 52, 60}},
		{[]vg.Length{0, 0, 1}, []vg.Length{0, 8, 16}},
		{[]vg.Length{99, 100}, []vg.Length{92, 100}},
	} {
		got := slices.Clone(c.at)
		spread(got, 8, 0, 100)
		if d := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-9)); d != "" {
			t.Errorf("%v: %s", c.at, d)
		}
	}
}

// The names widen the room at a panel's right, so that none is cut off.
func TestEndLabels(t *testing.T) {
	labels := EndLabels{{Text: "a long name of a method", Y: 1, Color: Palette()[0]}}
	p := NewPanel("", "", "", 8)
	AddLine(p, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}}, StyleOf(0, 0).Line())
	p.Add(labels)
	onto := func(c draw.Canvas) { DrawPanels(c, []*plot.Plot{p}, 1, nil) }
	if !strings.Contains(svg(t, onto), ">a long name of a method<") {
		t.Error("the name is not there")
	}
	picture := pixels(t, 200, onto)
	if at := place(picture, Palette()[0]); at.X > picture.Bounds().Dx()/2 {
		t.Errorf("the line's middle is at %v of %v: the name has no room", at, picture.Bounds())
	}
}

// An SVG says what it is to those who do not see it; what a title holds is text, whatever it holds.
func TestSVGIsDescribed(t *testing.T) {
	p := Picture{Width: 20, Height: 20, Title: "a <b> & c", Alt: "what \"it\" shows", Draw: func(draw.Canvas) {}}
	b, err := p.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<svg role="img" `, "<title>a &lt;b&gt; &amp; c</title>", "<desc>what &#34;it&#34; shows</desc>"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in\n%s", want, b)
		}
	}
}

// A PDF has its size, no typeface, the same bytes each time, and signs that Latin encodings lack.
func TestPDF(t *testing.T) {
	write := func(text string) []byte {
		p := Picture{Width: 100, Height: 50, Draw: func(c draw.Canvas) {
			panel := NewPanel(text, "", "", 8)
			panel.Add(HeatMap(Plane{Values: []float64{0, 9, 0, 0}, Cells: 2, Extent: 1}, 2))
			panel.Draw(c)
		}}
		b, err := p.PDF()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := write("ε ↑ −π")
	if !bytes.HasPrefix(b, []byte("%PDF")) || !bytes.Contains(b, []byte("/MediaBox [0 0 100.00 50.00]")) || bytes.Contains(b, []byte("/FontFile")) || bytes.Contains(b, []byte("/XObject /Subtype /Image")) {
		t.Errorf("%.2000s", b)
	}
	if !bytes.Equal(b, write("ε ↑ −π")) {
		t.Error("the same picture has other bytes")
	}
	if bytes.Equal(b, write("ε ↓ −π")) {
		t.Error("another text has the same bytes")
	}
}

// A filled glyph has its colour in the middle, a hollow one at its edge alone.
func TestHollowGlyphs(t *testing.T) {
	inked := func(place int) int {
		st := StyleOf(0, place)
		return count(pixels(t, 40, func(c draw.Canvas) { c.DrawGlyph(st.Mark(10), c.Center()) }), st.Color)
	}
	if filled, hollow := inked(0), inked(1); hollow == 0 || hollow*3 > filled {
		t.Errorf("%d pixels filled, %d hollow", filled, hollow)
	}
}

// A curve's band is all that lies between its lowest and its highest values, and one step has none.
func TestBand(t *testing.T) {
	panel := func(c Curve) *plot.Plot {
		p := NewPanel("", "", "", 8)
		PercentAxis(&p.Y)
		StepAxis(&p.X, 9)
		p.HideAxes()
		p.X.Padding, p.Y.Padding = 0, 0
		c.AddBand(p, Palette()[1])
		return p
	}
	between := func(low, top float64) float64 {
		c := Curve{Steps: []float64{0, 9}, Mean: []float64{50, 50}, Low: []float64{low, low}, Top: []float64{top, top}}
		picture := pixels(t, 100, panel(c).Draw)
		all := picture.Bounds().Dx() * picture.Bounds().Dy()
		return 1 - float64(count(picture, color.NRGBA{255, 255, 255, 255}))/float64(all)
	}
	for _, c := range []struct{ low, top, share float64 }{{-2, 102, 1}, {24, 76, 0.5}, {50, 102, 0.5}} {
		if got := between(c.low, c.top); got < c.share-0.06 || got > c.share+0.06 {
			t.Errorf("the band from %g to %g %% tints %.2f of the picture, want %.2f", c.low, c.top, got, c.share)
		}
	}
	one := Curve{Steps: []float64{9}, Mean: []float64{50}, Low: []float64{0}, Top: []float64{100}}
	if svg(t, panel(one).Draw) != svg(t, panel(Curve{}).Draw) {
		t.Error("one step has a band")
	}
}

// Panels fill rows from the left, a nil one leaves its place empty, and the legend stands above.
func TestDrawPanels(t *testing.T) {
	panel := func(kind int) *plot.Plot {
		p := NewPanel("", "", "", 8)
		AddLine(p, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 0}}, StyleOf(kind, 0).Line())
		return p
	}
	legend := []Entry{{Text: "legend", Swatch: Swatch{Line: StyleOf(2, 0).Line()}}}
	p := pixels(t, 300, func(c draw.Canvas) { DrawPanels(c, []*plot.Plot{panel(0), nil, panel(1)}, 2, legend) })
	first, third, swatch := place(p, Palette()[0]), place(p, Palette()[1]), place(p, Palette()[2])
	middle := p.Bounds().Dy() / 2
	if first.Y == 0 || first.Y >= middle || third.Y <= middle || first.X-third.X > 3 || third.X-first.X > 3 || first.X >= middle {
		t.Errorf("the first panel's line is at %v, the third's at %v", first, third)
	}
	if swatch.Y == 0 || swatch.Y > p.Bounds().Dy()/10 {
		t.Errorf("the legend's line is at %v", swatch)
	}
}

// place is the middle of the pixels of a colour.
func place(p image.Image, c color.NRGBA) image.Point {
	var sum image.Point
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			if color.NRGBAModel.Convert(p.At(x, y)) == c {
				sum = sum.Add(image.Point{X: x, Y: y})
			}
		}
	}
	return sum.Div(max(1, count(p, c)))
}

// The map is dark where the density is: rows from the lowest, columns from the left.
func TestHeatMap(t *testing.T) {
	colors := heatColors{}.Colors()
	darkest := colors[len(colors)-1].(color.NRGBA)
	p := NewPanel("", "", "", 8)
	p.HideAxes()
	p.Add(HeatMap(Plane{Values: []float64{0, 9, 0, 0}, Cells: 2, Extent: 1}, 2))
	picture := pixels(t, 80, p.Draw)
	at, middle := place(picture, darkest), picture.Bounds().Dx()/2
	if at.X < middle || at.Y < middle {
		t.Errorf("the dark is around %v, want it in the lower right", at)
	}
}
