package drawing

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NewLegend returns an empty legend in the figures' style, its texts of so many points, for the
// inside of a panel.
func NewLegend(size float64) *plot.Legend {
	l := plot.NewLegend()
	l.Top, l.Left = true, true
	l.TextStyle.Font = sans(size)
	l.Padding = vg.Points(3)
	l.ThumbnailWidth = vg.Points(26)
	return &l
}

// Swatch is a legend's picture of what a text names: its line, its glyph, or a patch of colour. A
// line without width, a mark without shape and a patch without colour are left away.
type Swatch struct {
	Line  draw.LineStyle
	Mark  draw.GlyphStyle
	Patch color.Color
}

// Thumbnail implements plot.Thumbnailer.
func (s Swatch) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	if s.Patch != nil {
		c.FillPolygon(s.Patch, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	}
	if s.Line.Width > 0 {
		c.StrokeLine2(s.Line, c.Min.X, y, c.Max.X, y)
	}
	if s.Mark.Shape != nil {
		c.DrawGlyph(s.Mark, vg.Point{X: c.Center().X, Y: y})
	}
}

// Entry is a line of a figure's legend: what a text means.
type Entry struct {
	Text string
	Swatch
}

// Measures of a legend's rows, in points.
const (
	swatchWidth = 22
	markWidth   = 9 // of a swatch without a line
	entryGap    = 12
	legendRow   = 11
)

// width is the room of an entry, gap included.
func (e Entry) width() vg.Length {
	return e.swatch() + vg.Points(4) + legendText().Width(e.Text) + vg.Points(entryGap)
}

func (e Entry) swatch() vg.Length {
	if e.Line.Width > 0 {
		return vg.Points(swatchWidth)
	}
	return vg.Points(markWidth)
}

func legendText() text.Style {
	st := textStyle(TextSize-0.5, color.Black)
	st.YAlign = draw.YCenter
	return st
}

// legendRows breaks entries into rows of at most a width.
func legendRows(entries []Entry, width vg.Length) [][]Entry {
	var rows [][]Entry
	at := width + 1
	for _, e := range entries {
		if at+e.width() > width {
			rows, at = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		at += e.width()
	}
	return rows
}

// legendMargin is what stands free beside a legend.
const legendMargin = 10

// LegendHeight is the room that a legend takes at the top of a figure of a width.
func LegendHeight(entries []Entry, width vg.Length) vg.Length {
	if len(entries) == 0 {
		return 0
	}
	return vg.Points(float64(legendRow*len(legendRows(entries, width-vg.Points(2*legendMargin))) + 4))
}

// DrawLegend writes a legend along the top of a canvas, row by row, and returns what is left below.
func DrawLegend(c draw.Canvas, entries []Entry) draw.Canvas {
	width := c.Max.X - c.Min.X
	for i, row := range legendRows(entries, width-vg.Points(2*legendMargin)) {
		x, y := c.Min.X+vg.Points(legendMargin), c.Max.Y-vg.Points(float64(legendRow*i)+8)
		for _, e := range row {
			swatch := draw.Crop(c, x-c.Min.X, x+e.swatch()-c.Max.X, y-vg.Points(3)-c.Min.Y, y+vg.Points(3)-c.Max.Y)
			e.Thumbnail(&swatch)
			c.FillText(legendText(), vg.Point{X: x + e.swatch() + vg.Points(4), Y: y}, e.Text)
			x += e.width()
		}
	}
	return draw.Crop(c, 0, 0, 0, -LegendHeight(entries, width))
}
