package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/harness/store"
	"protobench/reports/drawing"
	"protobench/stats"
)

// axesFigure draws what is measured against each numeric axis of the matrix: what a matrix is
// written for.
func (s *sweep) axesFigure() figure {
	axes, measures := s.numericAxes(), s.measuresOverAxes()
	f := figure{name: "axes", title: "Over the axes of the matrix", optional: true}
	if len(axes) == 0 {
		f.missing = "the matrix has no axis of numbers"
		return f
	}
	methods := s.methodsOver(axes)
	if len(methods) == 0 {
		f.missing = "no run has ended"
		return f
	}
	f.caption = fmt.Sprintf("%s against %s, one line for each arm: mean over seeds, band from the lowest to the highest seed, each seed averaged over the other axes. "+
		"A line that falls is collapse that the axis brings; lines that stay apart are a difference that it does not explain.", titles(measures), strings.Join(axes, ", "))
	f.Width, f.Height = drawing.PanelsSize(len(measures), len(axes), methods)
	f.Draw = func(c draw.Canvas) {
		legend := drawing.NewLegend(9)
		for i, name := range methods {
			legend.Add(name, drawing.Swatch{Line: drawing.StyleOf(i, 0).Line(), Mark: drawing.StyleOf(i, 0).Mark(vg.Points(2.5))})
		}
		var panels []*plot.Plot
		for _, axis := range axes {
			for _, m := range measures {
				panels = append(panels, s.axisPanel(axis, m, methods))
			}
		}
		drawing.DrawPanels(c, panels, len(measures), legend)
	}
	return f
}

func titles(measures []measure) string {
	var out []string
	for _, m := range measures {
		out = append(out, m.title())
	}
	return strings.Join(out, " and ")
}

// measuresOverAxes are the headline and the accuracy, and unique prototypes where claims are about
// those.
func (s *sweep) measuresOverAxes() []measure {
	out := []measure{liveUnique(), accuracy()}
	if slices.ContainsFunc(s.plan.Claims, func(c store.Claim) bool { return c.Metric == unique().Key }) {
		out[0] = unique()
	}
	return out
}

// numericAxes are the axes with more than one value, all of them numbers.
func (s *sweep) numericAxes() []string {
	return slices.DeleteFunc(s.varyingAxes(), func(axis string) bool {
		return slices.ContainsFunc(s.trained(), func(a *arm) bool {
			v, has := a.cell.Axes[axis]
			_, number := v.(float64)
			return has && !number
		})
	})
}

// methodsOver are the names of arms on any of the axes that have ended runs, in the plan's order.
func (s *sweep) methodsOver(axes []string) []string {
	var out []string
	for _, a := range s.trained() {
		on := slices.ContainsFunc(axes, func(axis string) bool { return a.cell.Axes[axis] != nil })
		if on && len(a.counted()) > 0 && !slices.Contains(out, a.cell.Method) {
			out = append(out, a.cell.Method)
		}
	}
	return out
}

// axisPanel draws one measure over one axis.
func (s *sweep) axisPanel(axis string, m measure, methods []string) *plot.Plot {
	p := drawing.NewPanel("", axis, m.title(), 10)
	drawing.LightGrid(p)
	values := s.axisValues(axis)
	place := axisPlaces(values)
	var at []float64
	var labels []string
	for _, v := range values {
		at, labels = append(at, place(v)), append(labels, fmt.Sprintf("%g", v))
	}
	p.X.Tick.Marker = drawing.Ticks(at, labels)
	p.X.Min, p.X.Max = at[0], at[len(at)-1]
	low, high := math.Inf(1), math.Inf(-1)
	for i, name := range methods {
		c := s.overAxis(axis, m, name)
		for j, x := range c.Steps {
			c.Steps[j] = place(x)
			low, high = min(low, c.Low[j]), max(high, c.Top[j])
		}
		drawing.AddRange(p, c, drawing.StyleOf(i, 0))
	}
	if m.Unit.Percent() && low <= high {
		margin := max(1.5, 0.08*(high-low))
		p.Y.Min, p.Y.Max = max(-1, low-margin), min(101, high+margin)
		p.Y.Tick.Marker = drawing.WholeTicks(p.Y.Min, p.Y.Max)
	}
	return p
}

// axisValues are an axis's values in ascending order.
func (s *sweep) axisValues(axis string) []float64 {
	var out []float64
	for _, a := range s.trained() {
		if v, ok := a.cell.Axes[axis].(float64); ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// axisPlaces puts values on a logarithmic scale where they span a factor of 8 or more.
func axisPlaces(values []float64) func(float64) float64 {
	if values[0] > 0 && values[len(values)-1] >= 8*values[0] {
		return math.Log2
	}
	return func(v float64) float64 { return v }
}

// overAxis is a method's curve over an axis: of each seed that ended everywhere at a value of the
// axis, the mean over the other axes.
func (s *sweep) overAxis(axis string, m measure, method string) drawing.Curve {
	var c drawing.Curve
	for _, x := range s.axisValues(axis) {
		var seeds []float64
		for _, seed := range s.seeds() {
			var values []float64
			for _, a := range s.trained() {
				if v, _ := a.cell.Axes[axis].(float64); a.cell.Method == method && a.cell.Axes[axis] != nil && v == x {
					values = append(values, m.at(a, seed))
				}
			}
			seeds = append(seeds, stats.Mean(values))
		}
		if seeds = stats.Finite(seeds); len(seeds) == 0 {
			continue
		}
		c.Steps, c.Mean = append(c.Steps, x), append(c.Mean, stats.Mean(seeds))
		c.Low, c.Top = append(c.Low, slices.Min(seeds)), append(c.Top, slices.Max(seeds))
	}
	return c
}

// at is the shown value of an arm's run at a seed, NaN where there is none.
func (m measure) at(a *arm, seed uint64) float64 {
	r, ok := a.countedAt(seed)
	if !ok {
		return math.NaN()
	}
	return m.in(r, "")
}
