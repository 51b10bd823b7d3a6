package drawing

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AddArea fills what lies between Low and Top in a panel with a StepAxis. One step has no area.
func (c Curve) AddArea(p *plot.Plot, of color.NRGBA) { c.fill(p, of, LogStep) }

// AddSteps draws values between successive edges, of which there is one more, as steps from 0: an
// area and its outline.
func AddSteps(p *plot.Plot, edges, values []float64, fill, outline color.NRGBA) {
	var top plotter.XYs
	for i, v := range values {
		top = append(top, plotter.XY{X: edges[i], Y: v}, plotter.XY{X: edges[i+1], Y: v})
	}
	if len(top) == 0 {
		return
	}
	ring := append(plotter.XYs{{X: edges[0]}}, top...)
	ring = append(ring, plotter.XY{X: edges[len(edges)-1]})
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: fill})
	AddLine(p, top, draw.LineStyle{Color: outline, Width: vg.Points(0.7)})
}

// AddBar fills a bar from 0 to a height.
func AddBar(p *plot.Plot, left, right, height float64, fill color.Color) {
	ring := plotter.XYs{{X: left}, {X: left, Y: height}, {X: right, Y: height}, {X: right}}
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: fill})
}

// AddBox fills a rectangle and, where its width is above 0, draws its edge.
func AddBox(p *plot.Plot, left, bottom, right, top float64, fill color.Color, edge draw.LineStyle) {
	ring := plotter.XYs{{X: left, Y: bottom}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: bottom}}
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: fill, LineStyle: edge})
}

// Label writes a text with its middle at a place of the panel's data.
type Label struct {
	Text  string
	X, Y  float64 // data
	Size  float64 // of the type face, in points
	Color color.Color
	Boxed bool // on a white ground
}

// Plot implements plot.Plotter.
func (l Label) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	st := textStyle(l.Size, l.Color)
	st.XAlign, st.YAlign = draw.XCenter, draw.YCenter
	at := vg.Point{X: x(l.X), Y: y(l.Y)}
	if l.Boxed {
		w, h := vg.Length(st.Width(l.Text)/2)+vg.Points(1), vg.Length(st.Height(l.Text)/2)+vg.Points(0.6)
		c.FillPolygon(color.White, []vg.Point{{X: at.X - w, Y: at.Y - h}, {X: at.X + w, Y: at.Y - h}, {X: at.X + w, Y: at.Y + h}, {X: at.X - w, Y: at.Y + h}})
	}
	c.FillText(st, at, l.Text)
}
