package drawing

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
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
	AddLine(p, c.points(c.Mean), style)
}

// AddBand fills the area between Low and Top in a panel with a StepAxis, faintly. One step has
// none.
func (c Curve) AddBand(p *plot.Plot, of color.NRGBA) {
	if len(c.Steps) < 2 {
		return
	}
	ring, back := c.points(c.Low), c.points(c.Top)
	for i := len(back) - 1; i >= 0; i-- {
		ring = append(ring, back[i])
	}
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: Faded(of, 40)})
}

func (c Curve) points(values []float64) plotter.XYs {
	var out plotter.XYs
	for i, s := range c.Steps {
		out = append(out, plotter.XY{X: logStep(s), Y: values[i]})
	}
	return out
}
