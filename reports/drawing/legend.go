package drawing

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NewLegend returns an empty legend in the figures' style, its texts of so many points.
func NewLegend(size float64) *plot.Legend {
	l := plot.NewLegend()
	l.Top, l.Left = true, true
	l.TextStyle.Font = sans(size)
	l.Padding = vg.Points(3)
	l.ThumbnailWidth = vg.Points(26)
	return &l
}

// Swatch is a legend's picture of what a text names: its line and its glyph. A line without width
// and a mark without shape are left away.
type Swatch struct {
	Line draw.LineStyle
	Mark draw.GlyphStyle
}

// Thumbnail implements plot.Thumbnailer.
func (s Swatch) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	if s.Line.Width > 0 {
		c.StrokeLine2(s.Line, c.Min.X, y, c.Max.X, y)
	}
	if s.Mark.Shape != nil {
		c.DrawGlyph(s.Mark, vg.Point{X: c.Center().X, Y: y})
	}
}

// KeyEntry is a mark and what it means.
type KeyEntry struct {
	Text string
	Mark draw.GlyphStyle
}

// DrawKey writes the meaning of marks in one line along the top of a canvas.
func DrawKey(c draw.Canvas, entries []KeyEntry) {
	x := c.Min.X + vg.Points(44)
	for _, e := range entries {
		l := NewLegend(9)
		l.ThumbnailWidth = vg.Points(12)
		l.Add(e.Text, Swatch{Mark: e.Mark})
		l.Draw(draw.Crop(c, x-c.Min.X, 0, 0, -vg.Points(6)))
		x += l.Rectangle(c).Size().X + vg.Points(18)
	}
}
