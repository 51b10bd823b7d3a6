package drawing

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
