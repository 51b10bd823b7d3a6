package drawing

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NewPanel returns an empty panel in the figures' style. size is that of the axes' labels in
// points; the title is a little larger, the ticks' labels are a point smaller.
func NewPanel(title, x, y string, size float64) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font = sans(size + 0.5)
	p.Title.Padding = vg.Points(3)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(size)
		axis.Tick.Label.Font = sans(size - 1)
		axis.LineStyle.Color = Grey()
		axis.Tick.LineStyle.Color = Grey()
		axis.LineStyle.Width = vg.Points(0.5)
		axis.Tick.LineStyle.Width = vg.Points(0.5)
		axis.Padding = vg.Points(2)
		axis.Tick.Length = vg.Points(2.5)
	}
	return p
}

// LightGrid puts faint lines at the major ticks, under the data.
func LightGrid(p *plot.Plot) {
	g := plotter.NewGrid()
	g.Vertical = draw.LineStyle{Color: color.Gray{0xea}, Width: vg.Points(0.5)}
	g.Horizontal = g.Vertical
	p.Add(g)
}

// DrawPanels tiles the panels row by row with equal data areas under the legend. Titles and names of
// axes that are too long for a tile are broken. A nil panel leaves its tile empty, a legend without
// entries takes no room.
func DrawPanels(c draw.Canvas, panels []*plot.Plot, columns int, legend []Entry) {
	c = DrawLegend(c, legend)
	rows := (len(panels) + columns - 1) / columns
	width, height := c.Size().X/vg.Length(columns), c.Size().Y/vg.Length(max(1, rows))
	for _, p := range panels {
		if p != nil {
			fit(p, width-vg.Points(16), height-vg.Points(40))
		}
	}
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		copy(grid[i], panels[i*columns:min((i+1)*columns, len(panels))])
	}
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: vg.Points(8), PadY: vg.Points(9),
		PadTop: vg.Points(4), PadBottom: vg.Points(4), PadLeft: vg.Points(4), PadRight: vg.Points(6)}
	for i, row := range plot.Align(grid, tiles, c) {
		for j, canvas := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(canvas)
			}
		}
	}
}

// fit breaks the texts around a data area of a width, and of a height with the title.
func fit(p *plot.Plot, width, height vg.Length) {
	p.Title.Text = broken(p.Title.Text, p.Title.TextStyle, width)
	p.X.Label.Text = broken(p.X.Label.Text, p.X.Label.TextStyle, width)
	p.Y.Label.Text = broken(p.Y.Label.Text, p.Y.Label.TextStyle, height-p.Title.TextStyle.Height(p.Title.Text))
}

// DrawMapsOverCurves tiles pairs of panels row by row, each a square map over a flat curve. Both
// lists have one length.
func DrawMapsOverCurves(c draw.Canvas, maps, curves []*plot.Plot, columns int) {
	rows := (len(maps) + columns - 1) / columns
	tiles := draw.Tiles{Cols: columns, Rows: rows, PadX: vg.Points(10), PadY: vg.Points(12),
		PadTop: vg.Points(8), PadBottom: vg.Points(6), PadLeft: vg.Points(8), PadRight: vg.Points(8)}
	for i := range maps {
		tile := tiles.At(c, i%columns, i/columns)
		split := tile.Min.Y + vg.Length(0.36*(tile.Max.Y-tile.Min.Y))
		maps[i].Draw(square(draw.Crop(tile, 0, 0, split-tile.Min.Y, 0)))
		curves[i].Draw(draw.Crop(tile, 0, 0, 0, split-tile.Max.Y-vg.Points(4)))
	}
}

// square crops a canvas whose title line comes on top to a square map in the middle.
func square(c draw.Canvas) draw.Canvas {
	const title = 14 // points
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y-vg.Points(title)
	if spare := (w - h) / 2; spare > 0 {
		return draw.Crop(c, spare, -spare, 0, 0)
	}
	return draw.Crop(c, 0, 0, h-w, 0)
}
