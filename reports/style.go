package reports

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// style draws one arm the same in every figure: colour and glyph for the method's
// variant, dashes and hollow glyphs for its place on the axes. Objectives have panels of their own, so
// "swav+gmm" and "dino+gmm" share a style.
type style struct {
	color  color.NRGBA
	glyph  draw.GlyphDrawer
	dashes []vg.Length
	place  int // on the axes, which decides the dashes
}

// palette is Okabe and Ito's colour-blind-safe set without its yellow, which white paper
// swallows, and with an olive in its place.
func palette() []color.NRGBA {
	return []color.NRGBA{
		{0xd5, 0x5e, 0x00, 255}, {0x00, 0x72, 0xb2, 255}, {0x00, 0x9e, 0x73, 255}, {0x33, 0x33, 0x33, 255},
		{0xcc, 0x79, 0xa7, 255}, {0xe6, 0x9f, 0x00, 255}, {0x56, 0xb4, 0xe9, 255}, {0x8a, 0x7a, 0x00, 255},
	}
}

// outlines are the glyphs' corners as angles from the top in turns; none is a circle.
func outlines() [][]float64 {
	return [][]float64{
		nil,
		{0.125, 0.375, 0.625, 0.875}, // square
		{0, 1.0 / 3, 2.0 / 3},        // triangle
		{0, 0.25, 0.5, 0.75},         // diamond
		{0.5, 0.5 + 1.0/3, 0.5 + 2.0/3},
		{0, 0.2, 0.4, 0.6, 0.8},
		{0.25, 0.25 + 1.0/3, 0.25 + 2.0/3},
		{1.0 / 12, 3.0 / 12, 5.0 / 12, 7.0 / 12, 9.0 / 12, 11.0 / 12},
	}
}

// outline is a glyph of given corners, filled or hollow.
type outline struct {
	corners []float64
	hollow  bool
}

// DrawGlyph implements draw.GlyphDrawer.
func (o outline) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	path := o.path(sty.Radius, at)
	if !o.hollow {
		c.SetColor(sty.Color)
		c.Fill(path)
		return
	}
	c.SetColor(color.NRGBA{255, 255, 255, 150})
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: vg.Points(1.1)})
	c.Stroke(path)
}

func (o outline) path(r vg.Length, at vg.Point) vg.Path {
	var p vg.Path
	if o.corners == nil {
		p.Move(vg.Point{X: at.X + r, Y: at.Y})
		p.Arc(at, r, 0, 2*math.Pi)
		p.Close()
		return p
	}
	for i, turn := range o.corners {
		sin, cos := math.Sincos(2 * math.Pi * turn)
		corner := vg.Point{X: at.X + vg.Length(vg.Length(1.2*sin)*r), Y: at.Y + vg.Length(vg.Length(1.2*cos)*r)}
		if i == 0 {
			p.Move(corner)
		} else {
			p.Line(corner)
		}
	}
	p.Close()
	return p
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {5, 2.5}, {1.5, 2}, {7, 2, 1.5, 2}, {3, 1.5, 3, 4}}
}

// grey draws baselines and reference rows.
func grey() color.NRGBA { return color.NRGBA{0x80, 0x80, 0x80, 255} }

// styleArms gives variants and places on the axes their marks in the plan's order.
// Beyond eight variants colours come again with other glyphs.
func (s *sweep) styleArms() {
	var variants, places []string
	colors, shapes, lines := palette(), outlines(), dashes()
	varying := s.varyingAxes()
	for _, a := range s.trained() {
		v := position(&variants, variant(a.cell))
		p := position(&places, axesText(a.cell, varying))
		a.style = style{
			color:  colors[v%len(colors)],
			glyph:  outline{shapes[(v+v/len(colors))%len(shapes)], p > 0},
			dashes: lines[p%len(lines)],
			place:  p,
		}
	}
}

// position returns where a name stands in the list, appending it if need be.
func position(names *[]string, name string) int {
	if i := slices.Index(*names, name); i >= 0 {
		return i
	}
	*names = append(*names, name)
	return len(*names) - 1
}

func (st style) line() draw.LineStyle {
	return draw.LineStyle{Color: st.color, Width: vg.Points(1.4), Dashes: st.dashes}
}

// shadow draws the observers of the arm.
func (st style) shadow() draw.LineStyle {
	patterns := [][]vg.Length{{2.5, 1.5}, {1, 1.5}, {5, 1.5, 1, 1.5}}
	return draw.LineStyle{Color: st.color, Width: vg.Points(0.9), Dashes: patterns[st.place%len(patterns)]}
}

func (st style) mark(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: st.color, Radius: radius, Shape: st.glyph}
}

// faded makes a colour see-through.
func faded(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
