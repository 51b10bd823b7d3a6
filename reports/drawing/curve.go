package drawing

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a quantity over training steps, with the range that it is the mean of. All four lists
// have one length; steps ascend.
type Curve struct {
	Steps          []float64
	Mean, Low, Top []float64
}

// Drawn reports whether there is anything to draw.
func (c Curve) Drawn() bool { return len(c.Steps) > 0 }

// AddLine draws the mean in a panel with a StepAxis.
func (c Curve) AddLine(p *plot.Plot, style draw.LineStyle) {
	AddLine(p, c.points(c.Mean, LogStep), style)
}

// AddRange draws the mean, with a mark at each place, and the band in a panel on whose axis the
// steps stand as they are.
func AddRange(p *plot.Plot, c Curve, style Style) {
	as := func(v float64) float64 { return v }
	c.addBand(p, style.Color, as)
	AddLine(p, c.points(c.Mean, as), style.Line())
	AddMarks(p, c.points(c.Mean, as), style.Mark(vg.Points(2)))
}

// AddBand fills the area between Low and Top in a panel with a StepAxis, faintly. One step has
// none.
func (c Curve) AddBand(p *plot.Plot, of color.NRGBA) { c.addBand(p, of, LogStep) }

func (c Curve) addBand(p *plot.Plot, of color.NRGBA, place func(float64) float64) {
	c.fill(p, Faded(of, 40), place)
}

func (c Curve) fill(p *plot.Plot, of color.NRGBA, place func(float64) float64) {
	if len(c.Steps) < 2 {
		return
	}
	ring, back := c.points(c.Low, place), c.points(c.Top, place)
	for i := len(back) - 1; i >= 0; i-- {
		ring = append(ring, back[i])
	}
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: of})
}

func (c Curve) points(values []float64, place func(float64) float64) plotter.XYs {
	var out plotter.XYs
	for i, s := range c.Steps {
		out = append(out, plotter.XY{X: place(s), Y: values[i]})
	}
	return out
}
