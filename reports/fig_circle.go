package reports

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/metrics/matrix"
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
	projection, ok := metrics.Project2D(p)
	if !ok {
		c.reason = "no direction left:\ntotal collapse"
		return c
	}
	c.shown = len(projection.Rows)
	c.plane, _ = metrics.PlaneDensity(projection.Points, heatCells, heatExtent, heatWidth)
	c.angles, _ = metrics.AngularDensity(projection.Angles, angleCells, metrics.AngularKappa)
	return c
}

// circleFigure shows the paper's Fig. 1: prototypes projected onto a circle.
func (s *sweep) circleFigure() figure {
	f := figure{name: "prototype_density", title: "Prototype density on the projected circle"}
	var panels []circlePanel
	for _, a := range s.trained() {
		if a.first != nil {
			panels = append(panels, newCirclePanel(a.label, a.first.shown))
		}
	}
	f.short = s.unstored(func(a *arm) bool { return a.first == nil })
	f.caption = "Prototypes of the first seed, projected onto their two principal components and normalised onto the circle; above, kernel density in the plane (one colour scale for all panels, cut off at four times the density of an even ring); below, density of the angle from −π to π with the even density 1/(2π) as a dashed line, cut off at 0.8 with the peak written in. " +
		"Even rings and flat curves are spread-out prototypes; collapse is mass in few spots and sharp peaks. The frozen and random panels show what untouched prototypes look like: the same even ring, with no merit in it."
	if len(panels) == 0 {
		f.missing = "no run has stored prototypes yet"
		return f
	}
	for _, b := range s.random {
		panels = append(panels, newCirclePanel(fmt.Sprintf("random (K %s, D %s)", FormatCount(b.k), FormatCount(b.d)), b.vectors))
	}
	columns := min(6, len(panels))
	rows := (len(panels) + columns - 1) / columns
	f.width, f.height = vg.Points(float64(20+128*columns)), vg.Points(float64(14+222*rows))
	f.draw = func(c draw.Canvas) { drawCircles(c, panels, columns, rows) }
	return f
}

// drawCircles draws each panel as a square map over a flat curve.
func drawCircles(c draw.Canvas, panels []circlePanel, columns, rows int) {
	tiles := draw.Tiles{Cols: columns, Rows: rows, PadX: vg.Points(10), PadY: vg.Points(12),
		PadTop: vg.Points(8), PadBottom: vg.Points(6), PadLeft: vg.Points(8), PadRight: vg.Points(8)}
	for i, panel := range panels {
		tile := tiles.At(c, i%columns, i/columns)
		split := tile.Min.Y + vg.Length(0.36*(tile.Max.Y-tile.Min.Y))
		panel.heat().Draw(square(draw.Crop(tile, 0, 0, split-tile.Min.Y, 0)))
		panel.curve().
			Draw(draw.Crop(tile, 0, 0, 0, split-tile.Max.Y-vg.Points(4)))
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

func (p circlePanel) heat() *plot.Plot {
	plt := newPlot(shorten(p.label, 26), "", "", 7)
	plt.HideAxes()
	plt.X.Padding, plt.Y.Padding = 0, 0
	plt.X.Min, plt.X.Max, plt.Y.Min, plt.Y.Max = -heatExtent, heatExtent, -heatExtent, heatExtent
	if p.plane == nil {
		plt.Add(writeIn{text: p.reason, x: 0.1, y: 0.6, size: 7.5, left: true})
		return plt
	}
	h := plotter.NewHeatMap(planeGrid(p.plane), heatColors{})
	h.Min, h.Max = 0, 4*evenRing()
	h.Rasterized = true
	h.Overflow = h.Palette.Colors()[len(h.Palette.Colors())-1]
	plt.Add(h)
	return plt
}

// evenRing is the density on the circle's line of a ring without any clumps.
func evenRing() float64 {
	return 1 / (2 * math.Pi) / (heatWidth * math.Sqrt(2*math.Pi))
}

// planeGrid gives the density to the heat map.
type planeGrid []float64

// Dims implements plotter.GridXYZ.
func (g planeGrid) Dims() (columns, rows int) { return heatCells, heatCells }

// Z implements plotter.GridXYZ.
func (g planeGrid) Z(c, r int) float64 { return g[r*heatCells+c] }

// X implements plotter.GridXYZ.
func (g planeGrid) X(c int) float64 {
	return -heatExtent + (float64(c)+0.5)*2*heatExtent/heatCells
}

// Y implements plotter.GridXYZ.
func (g planeGrid) Y(r int) float64 { return g.X(r) }

// heatColors runs from white over blue to near black, readable in print.
type heatColors struct{}

// Colors implements palette.Palette.
func (heatColors) Colors() []color.Color {
	stops := [][3]float64{{255, 255, 255}, {198, 219, 239}, {107, 174, 214}, {33, 113, 181}, {8, 48, 107}, {2, 14, 40}}
	const n = 128
	out := make([]color.Color, n)
	for i := range out {
		at := float64(float64(i) / (n - 1) * float64(len(stops)-1))
		low := min(int(at), len(stops)-2)
		out[i] = mix(stops[low], stops[low+1], at-float64(low))
	}
	return out
}

func mix(a, b [3]float64, t float64) color.NRGBA {
	at := func(i int) uint8 { return uint8(math.Round(a[i] + float64(t*(b[i]-a[i])))) }
	return color.NRGBA{at(0), at(1), at(2), 255}
}

// curve is the density of the angle.
func (p circlePanel) curve() *plot.Plot {
	plt := newPlot("", "", "", 7.5)
	plt.X.Padding, plt.Y.Padding = 0, 0
	plt.X.Min, plt.X.Max, plt.Y.Min, plt.Y.Max = -math.Pi, math.Pi, 0, angleTop
	plt.X.Tick.Marker = ticks([]float64{-math.Pi, 0, math.Pi}, []string{"−π", "0", "π"})
	plt.Y.Tick.Marker = ticks([]float64{0, 0.4, 0.8}, []string{"0", "0.4", "0.8"})
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
	line := &plotter.Line{XYs: area, LineStyle: draw.LineStyle{Color: palette()[1], Width: vg.Points(1)}, FillColor: faded(palette()[1], 70)}
	even := draw.LineStyle{Color: palette()[0], Width: vg.Points(0.9), Dashes: []vg.Length{2.5, 2}}
	plt.Add(line)
	addLine(plt, plotter.XYs{{X: -math.Pi, Y: 1 / (2 * math.Pi)}, {X: math.Pi, Y: 1 / (2 * math.Pi)}}, even)
	plt.Add(writeIn{text: fmt.Sprintf("peak %.2f", peak), x: 0.99, y: 1.2, size: 7})
	return plt
}

// shorten keeps a title within its panel.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
