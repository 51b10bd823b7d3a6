package relation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/reports/drawing"
)

// Picture draws the relation in three panels: all cells with the one curve, what the curve leaves of
// each arm, and what is left within arms once each arm's mean is taken away. Where collapse costs
// features, marks rise in the first panel; where they rise there and fall in the last, arms differ in
// something else as well.
func Picture(points []Point, x, y string, levels []Level, curve Curve) drawing.Picture {
	g := newGraph(points, x, y)
	panels := []*plot.Plot{g.cells(levels, curve), g.residuals(curve), g.deviations(levels)}
	var legend []drawing.Entry
	for i, kind := range g.kinds {
		legend = append(legend, drawing.Entry{Text: kind, Swatch: drawing.Swatch{Mark: drawing.StyleOf(i, 0).Mark(vg.Points(2.6))}})
	}
	out := drawing.Picture{
		Title: Title(x) + " and " + Title(y),
		Alt:   fmt.Sprintf("Three panels. All cells: a faint mark is one, a bold mark the mean of an arm, the black steps the monotone curve nearest to all cells. Off the curve: an arm's mean residual with its 95 %% interval, cut off at the panel's ends; faint unless all of it lies %d or more off. Within arms: deviations of cells from their arm's mean.", Misfits),
		Draw:  func(c draw.Canvas) { drawing.DrawPanels(c, panels, len(panels), legend) },
	}
	out.Width, out.Height = drawing.Size(len(panels), 1, 1, legend)
	return out
}

// graph is what the panels share: the points, how they are told apart, and the axes.
type graph struct {
	points []Point
	means  []Point // of the arms, in the order of the curve's
	x, y   string
	kind   func(Point) string
	kinds  []string
	wide   bool // x spreads over decades
}

// newGraph tells points apart by their runs where colours are enough for those, else by their
// learners.
func newGraph(points []Point, x, y string) graph {
	g := graph{points: points, means: armMeans(points), x: x, y: y, kind: func(p Point) string { return p.Run }}
	if g.kinds = kindsOf(points, g.kind); len(g.kinds) > len(drawing.Palette()) {
		g.kind = func(p Point) string { return p.Learner }
		g.kinds = kindsOf(points, g.kind)
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range points {
		low, high = min(low, p.X), max(high, p.X)
	}
	const decades = 30 // from which on a straight axis would press the small ones together
	g.wide = low > 0 && high/low > decades && !isPercent(x)
	return g
}

func kindsOf(points []Point, kind func(Point) string) []string {
	var out []string
	for _, p := range points {
		if !slices.Contains(out, kind(p)) {
			out = append(out, kind(p))
		}
	}
	slices.Sort(out)
	return out
}

func isPercent(key string) bool {
	s, known := metrics.Find(key)
	return known && s.Unit.Percent()
}

// style is that of a point's kind.
func (g graph) style(p Point) drawing.Style {
	return drawing.StyleOf(slices.Index(g.kinds, g.kind(p)), 0)
}

// cells has every cell, every arm's mean and the curve.
func (g graph) cells(levels []Level, curve Curve) *plot.Plot {
	p := g.panel("between arms", levels[1], Title(g.y))
	for _, point := range g.points {
		st := g.style(point)
		st.Color = drawing.Faded(st.Color, 60)
		drawing.AddMarks(p, plotter.XYs{{X: point.X, Y: point.Y}}, st.Mark(vg.Points(1)))
	}
	for _, m := range g.means {
		drawing.AddMarks(p, plotter.XYs{{X: m.X, Y: m.Y}}, g.style(m).Mark(vg.Points(2)))
	}
	drawing.AddLine(p, curveSteps(g.points, curve.Fit), black())
	if isPercent(g.y) {
		drawing.PercentAxis(&p.Y)
	}
	g.xAxis(p)
	return p
}

// residuals has what the curve leaves of each arm.
func (g graph) residuals(curve Curve) *plot.Plot {
	p := drawing.NewPanel(fmt.Sprintf("off the curve: %d of %d arms", len(curve.Misfit()), len(curve.Arms)), Title(g.x), "arm's mean residual", drawing.TextSize)
	drawing.LightGrid(p)
	low, high := curve.span()
	for i, m := range g.means {
		a, st := curve.Arms[i], g.style(m)
		if !a.misfit {
			st.Color = drawing.Faded(st.Color, 70)
		}
		if !math.IsNaN(a.Off.Half) {
			ends := plotter.XYs{{X: m.X, Y: max(low, a.Off.Mean-a.Off.Half)}, {X: m.X, Y: min(high, a.Off.Mean+a.Off.Half)}}
			drawing.AddLine(p, ends, draw.LineStyle{Color: st.Color, Width: vg.Points(0.6)})
		}
		drawing.AddMarks(p, plotter.XYs{{X: m.X, Y: a.Off.Mean}}, st.Mark(vg.Points(1.8)))
	}
	g.xAxis(p)
	drawing.AddLine(p, plotter.XYs{{X: p.X.Min}, {X: p.X.Max}}, black())
	differences(&p.Y, g.y)
	return p
}

// differences marks an axis of differences in a metric.
func differences(a *plot.Axis, key string) {
	if isPercent(key) {
		a.Tick.Marker = drawing.WholeTicks(a.Min, a.Max)
	}
}

// span covers the arms' mean residuals with a margin; intervals of few seeds go far beyond and are
// cut off there.
func (c Curve) span() (low, high float64) {
	for _, a := range c.Arms {
		low, high = min(low, a.Off.Mean), max(high, a.Off.Mean)
	}
	margin := float64(0.15 * (high - low))
	return low - margin, high + margin
}

// deviations has the cells less their arm's mean.
func (g graph) deviations(levels []Level) *plot.Plot {
	p := g.panel("within arms", levels[3], "from the arm's mean")
	for _, group := range groups(g.points, Point.arm) {
		mx, my := meanOf(g.points, group)
		if len(group) < 2 {
			continue
		}
		for _, at := range group {
			st := g.style(g.points[at])
			st.Color = drawing.Faded(st.Color, 110)
			drawing.AddMarks(p, plotter.XYs{{X: g.points[at].X - mx, Y: g.points[at].Y - my}}, st.Mark(vg.Points(1.3)))
		}
	}
	p.X.Label.Text += ", from the arm's mean"
	differences(&p.X, g.x)
	differences(&p.Y, g.y)
	return p
}

// panel is headed by a level's correlation, where there are enough points for an interval.
func (g graph) panel(title string, l Level, y string) *plot.Plot {
	if !math.IsNaN(l.Low) {
		title += fmt.Sprintf(": r = %s", strings.Replace(number(l.R), "-", "−", 1))
	}
	p := drawing.NewPanel(title, Title(g.x), y, drawing.TextSize)
	drawing.LightGrid(p)
	return p
}

func (g graph) xAxis(p *plot.Plot) {
	switch {
	case isPercent(g.x):
		drawing.PercentAxis(&p.X)
	case g.wide:
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
}

// curveSteps are the corners of the curve.
func curveSteps(points []Point, fit []float64) plotter.XYs {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(points[a].X, points[b].X) })
	x, y := make([]float64, len(points)), make([]float64, len(points))
	for i, at := range order {
		x[i], y[i] = points[at].X, fit[at]
	}
	return drawing.Steps(x, y)
}

func black() draw.LineStyle {
	return draw.LineStyle{Color: drawing.Palette()[3], Width: vg.Points(1.5)}
}
