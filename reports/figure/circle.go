package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/reports/drawing"
)

// circlePanel is one arm's prototypes on the circle.
type circlePanel struct {
	label  string
	plane  []float64 // density on heatCells × heatCells
	angles []float64 // density at angleCells angles from -π
	shown  int       // prototypes with a direction in the projection
	reason string    // why there is no projection
}

const (
	heatCells  = 72
	heatExtent = 1.35
	heatWidth  = 0.12 // standard deviation of the heat map's kernel
	angleCells = 240
	angleTop   = 0.8 // densities beyond are cut off, their peak is written in
)

func newCirclePanel(label string, p matrix.Matrix) circlePanel {
	c := circlePanel{label: label}
	projection, ok := geometry.Project2D(p)
	if !ok {
		c.reason = "no direction left:\ntotal collapse"
		return c
	}
	c.shown = len(projection.Rows)
	c.plane, _ = geometry.PlaneDensity(projection.Points, heatCells, heatExtent, heatWidth)
	c.angles, _ = geometry.AngularDensity(projection.Angles, angleCells, geometry.AngularKappa)
	return c
}

// circleFigure shows the paper's Fig. 1: prototypes projected onto a circle.
func (s *Sweep) circleFigure() Figure {
	f := Figure{Name: "prototype_density"}
	f.Title = "Prototype density on the projected circle"
	var panels []circlePanel
	for _, a := range s.Arms {
		if a.First != nil {
			panels = append(panels, newCirclePanel(a.Label, a.First.Vectors))
		}
	}
	f.Short = s.unstored(func(a *Arm) bool { return a.First == nil })
	f.Caption = "Prototypes of the first seed, projected onto their two principal components and normalised onto the circle; above, kernel density in the plane (one colour scale for all panels, cut off at four times the density of an even ring); below, density of the angle from −π to π with the even density 1/(2π) as a dashed line, cut off at 0.8 with the peak written in. " +
		"Even rings and flat curves are spread-out prototypes; collapse is mass in few spots and sharp peaks. The frozen and random panels show what untouched prototypes look like: the same even ring, with no merit in it."
	if len(panels) == 0 {
		f.Missing = "no run has stored prototypes yet"
		return f
	}
	for _, b := range s.Random {
		panels = append(panels, newCirclePanel(b.label(), b.Vectors))
	}
	columns := min(6, len(panels))
	rows := (len(panels) + columns - 1) / columns
	f.Width = drawing.Width(columns)
	f.Height = vg.Points(8) + vg.Length(vg.Length(rows)*max(vg.Points(110), 1.62*f.Width/vg.Length(columns)))
	f.Draw = func(c draw.Canvas) {
		var maps, curves []*plot.Plot
		for _, p := range panels {
			maps, curves = append(maps, p.heat()), append(curves, p.curve())
		}
		drawing.DrawMapsOverCurves(c, maps, curves, columns)
	}
	return f
}

func (p circlePanel) heat() *plot.Plot {
	plt := drawing.NewPanel(drawing.Shorten(p.label, 22), "", "", 6)
	plt.HideAxes()
	plt.X.Padding, plt.Y.Padding = 0, 0
	plt.X.Min, plt.X.Max, plt.Y.Min, plt.Y.Max = -heatExtent, heatExtent, -heatExtent, heatExtent
	if p.plane == nil {
		plt.Add(drawing.Note{Text: p.reason, X: 0.1, Y: 0.6, Size: drawing.SmallSize, Left: true})
		return plt
	}
	plt.Add(drawing.HeatMap(drawing.Plane{Values: p.plane, Cells: heatCells, Extent: heatExtent}, 4*evenRing()))
	return plt
}

// evenRing is the density on the circle's line of a ring without any clumps.
func evenRing() float64 {
	return 1 / (2 * math.Pi) / (heatWidth * math.Sqrt(2*math.Pi))
}

// curve is the density of the angle.
func (p circlePanel) curve() *plot.Plot {
	plt := drawing.NewPanel("", "", "", 6.5)
	plt.X.Padding, plt.Y.Padding = 0, 0
	plt.X.Min, plt.X.Max, plt.Y.Min, plt.Y.Max = -math.Pi, math.Pi, 0, angleTop
	plt.X.Tick.Marker = drawing.Ticks([]float64{-math.Pi, 0, math.Pi}, []string{"−π", "0", "π"})
	plt.Y.Tick.Marker = drawing.Ticks([]float64{0, 0.4, 0.8}, []string{"0", "0.4", "0.8"})
	if p.angles == nil {
		return plt
	}
	var area plotter.XYs
	peak := 0.0
	for i := 0; i <= angleCells; i++ {
		v := p.angles[i%angleCells]
		peak = max(peak, v)
		area = append(area, plotter.XY{X: -math.Pi + 2*math.Pi*float64(i)/angleCells, Y: min(v, angleTop)})
	}
	line := &plotter.Line{XYs: area, LineStyle: draw.LineStyle{Color: drawing.Palette()[1], Width: vg.Points(1)}, FillColor: drawing.Faded(drawing.Palette()[1], 70)}
	even := draw.LineStyle{Color: drawing.Palette()[0], Width: vg.Points(0.9), Dashes: []vg.Length{2.5, 2}}
	plt.Add(line)
	drawing.AddLine(plt, plotter.XYs{{X: -math.Pi, Y: 1 / (2 * math.Pi)}, {X: math.Pi, Y: 1 / (2 * math.Pi)}}, even)
	plt.Add(drawing.Note{Text: fmt.Sprintf("peak %.2f", peak), X: 0.99, Y: 1.25, Size: 5.5})
	return plt
}
