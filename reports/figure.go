package reports

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is one picture of the report. draw is nil when there is nothing to show, and
// missing says why. short says what draw would leave out that an earlier report may have had.
type figure struct {
	name          string // file name without ending
	title         string
	caption       string // how to read it and what collapse looks like
	missing       string
	short         string // empty where nothing is left out
	kept          bool   // an earlier report's picture stands in the folder, as this one has less to show
	optional      bool   // not worth a word when there is nothing to draw
	width, height vg.Length
	draw          func(draw.Canvas)
}

// dpi of the PNG files: sharp in print at the drawn size.
const dpi = 160

func (f *figure) png() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	f.draw(draw.New(c))
	return encoded(vgimg.PngCanvas{Canvas: c})
}

func (f *figure) svg() ([]byte, error) {
	c := vgsvg.New(f.width, f.height)
	f.draw(draw.New(c))
	return encoded(c)
}

func encoded(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}

// sans returns the figures' type face at a size in points.
func sans(size float64) font.Font {
	f := font.From(plot.DefaultFont, vg.Points(size))
	f.Variant = "Sans"
	return f
}

// newPlot returns an empty panel in the figures' style.
func newPlot(title, x, y string, size float64) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font = sans(size + 1)
	p.Title.Padding = vg.Points(4)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(size)
		axis.Tick.Label.Font = sans(size - 1)
		axis.LineStyle.Color = grey()
		axis.Tick.LineStyle.Color = grey()
		axis.Padding = vg.Points(3)
		axis.Tick.Length = vg.Points(4)
	}
	return p
}

// lightGrid puts faint lines at the major ticks, under the data.
func lightGrid(p *plot.Plot) {
	g := plotter.NewGrid()
	g.Vertical = draw.LineStyle{Color: color.Gray{0xea}, Width: vg.Points(0.5)}
	g.Horizontal = g.Vertical
	p.Add(g)
}

// ticks marks the given values with the given texts.
func ticks(values []float64, labels []string) plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, v := range values {
		out = append(out, plot.Tick{Value: v, Label: labels[i]})
	}
	return out
}

// percentAxis fixes an axis to 0…100 % with room for marks at both ends.
func percentAxis(a *plot.Axis) {
	a.Min, a.Max = -2, 102
	a.Tick.Marker = ticks([]float64{0, 20, 40, 60, 80, 100}, []string{"0", "20", "40", "60", "80", "100"})
}

// drawPanels tiles the panels row by row with equal data areas, and the legend in a
// column of its own on the right, outside of the data.
func drawPanels(c draw.Canvas, panels []*plot.Plot, columns int, legend *plot.Legend) {
	if legend != nil {
		r := legend.Rectangle(c).Size().X + vg.Points(14)
		legend.Draw(draw.Crop(c, c.Max.X-c.Min.X-r+vg.Points(4), 0, 0, -vg.Points(18)))
		c = draw.Crop(c, 0, -r, 0, 0)
	}
	rows := (len(panels) + columns - 1) / columns
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		copy(grid[i], panels[i*columns:min((i+1)*columns, len(panels))])
	}
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: vg.Points(12), PadY: vg.Points(12),
		PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(6)}
	for i, row := range plot.Align(grid, tiles, c) {
		for j, canvas := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(canvas)
			}
		}
	}
}

// newLegend returns an empty legend in the figures' style.
func newLegend(size float64) *plot.Legend {
	l := plot.NewLegend()
	l.Top, l.Left = true, true
	l.TextStyle.Font = sans(size)
	l.Padding = vg.Points(3)
	l.ThumbnailWidth = vg.Points(26)
	return &l
}

// swatch is a legend's picture of an arm: its line and its glyph.
type swatch struct {
	line draw.LineStyle
	mark draw.GlyphStyle
}

// Thumbnail implements plot.Thumbnailer.
func (s swatch) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	if s.line.Width > 0 {
		c.StrokeLine2(s.line, c.Min.X, y, c.Max.X, y)
	}
	if s.mark.Shape != nil {
		c.DrawGlyph(s.mark, vg.Point{X: c.Center().X, Y: y})
	}
}

// armLegend lists each style once, as the panels of all objectives use it; a mark of
// radius 0 and a missing line are left away.
func (s *sweep) armLegend(arms []*arm, line bool, mark vg.Length) *plot.Legend {
	l := newLegend(9)
	for _, a := range s.firstOfLabel(arms) {
		var sw swatch
		if line {
			sw.line = a.style.line()
		}
		if mark > 0 {
			sw.mark = a.style.mark(mark)
		}
		l.Add(s.legendLabel(a), sw)
	}
	return l
}

// firstOfLabel returns the first arm of each legend label.
func (s *sweep) firstOfLabel(arms []*arm) []*arm {
	var out []*arm
	seen := map[string]bool{}
	for _, a := range arms {
		if label := s.legendLabel(a); !seen[label] {
			seen[label] = true
			out = append(out, a)
		}
	}
	return out
}

// panelSize fits the panels of all objectives and the legend beside them.
func (s *sweep) panelSize(arms []*arm) (width, height vg.Length) {
	longest := 0
	labels := s.firstOfLabel(arms)
	for _, a := range labels {
		longest = max(longest, len([]rune(s.legendLabel(a))))
	}
	width = vg.Points(float64(60 + 5*max(longest, 22) + 270*s.panelColumns()))
	return width, vg.Points(max(float64(300*s.panelRows()), float64(60+15*len(labels))))
}

// writeIn puts a short text at a point given as shares of the panel's data area.
type writeIn struct {
	text string
	x, y float64
	size float64
	left bool
}

// Plot implements plot.Plotter.
func (w writeIn) Plot(c draw.Canvas, _ *plot.Plot) {
	st := text.Style{Color: color.Gray{0x50}, Font: sans(w.size), XAlign: draw.XRight, YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
	if w.left {
		st.XAlign = draw.XLeft
	}
	at := vg.Point{X: c.Min.X + vg.Length(vg.Length(w.x)*(c.Max.X-c.Min.X)), Y: c.Min.Y + vg.Length(vg.Length(w.y)*(c.Max.Y-c.Min.Y))}
	c.FillText(st, at, w.text)
}
