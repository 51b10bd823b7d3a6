package drawing

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

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

// A picture of an inch has dpi × dpi pixels, white where nothing is drawn.
func TestPNG(t *testing.T) {
	p := pixels(t, 72, func(draw.Canvas) {})
	if p.Bounds().Dx() != dpi || p.Bounds().Dy() != dpi || count(p, color.NRGBA{255, 255, 255, 255}) != dpi*dpi {
		t.Errorf("%v, %d white", p.Bounds(), count(p, color.NRGBA{255, 255, 255, 255}))
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

// A key has its marks and their texts side by side, in order.
func TestDrawKey(t *testing.T) {
	key := []KeyEntry{{Text: "live", Mark: StyleOf(0, 0).Mark(3)}, {Text: "dead", Mark: StyleOf(1, 0).Mark(3)}}
	onto := func(c draw.Canvas) { DrawKey(c, key) }
	text := svg(t, onto)
	if live, dead := strings.Index(text, ">live<"), strings.Index(text, ">dead<"); live < 0 || dead < live {
		t.Errorf("the texts stand at %d and %d of the file", live, dead)
	}
	p := pixels(t, 200, onto)
	live, dead := place(p, key[0].Mark.Color.(color.NRGBA)), place(p, key[1].Mark.Color.(color.NRGBA))
	if live.X == 0 || dead.X <= live.X+20 || dead.Y != live.Y {
		t.Errorf("the marks are at %v and %v", live, dead)
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

// Panels fill rows from the left, a nil one leaves its place empty, and the legend stands at their
// right.
func TestDrawPanels(t *testing.T) {
	panel := func(kind int) *plot.Plot {
		p := NewPanel("", "", "", 8)
		AddLine(p, plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 0}}, StyleOf(kind, 0).Line())
		return p
	}
	legend := NewLegend(9)
	legend.Add("legend", Swatch{Line: StyleOf(2, 0).Line()})
	p := pixels(t, 300, func(c draw.Canvas) { DrawPanels(c, []*plot.Plot{panel(0), nil, panel(1)}, 2, legend) })
	first, third, swatch := place(p, Palette()[0]), place(p, Palette()[1]), place(p, Palette()[2])
	middle := p.Bounds().Dy() / 2
	if first.Y == 0 || first.Y >= middle || third.Y <= middle || first.X != third.X || first.X >= middle {
		t.Errorf("the first panel's line is at %v, the third's at %v", first, third)
	}
	if swatch.X <= middle {
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
