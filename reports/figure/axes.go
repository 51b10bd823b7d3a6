package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"protobench/metrics/metric"
	"protobench/reports/drawing"
	"protobench/stats"
)

// axesFigure draws what is measured against each numeric axis of the matrix: what a matrix is
// written for.
func (s *Sweep) axesFigure() Figure {
	axes, measures := s.numericAxes(), []metric.Spec{s.headline(), accuracy()}
	f := Figure{Name: "axes", Optional: true}
	f.Title = "Over the axes of the matrix"
	if len(axes) == 0 {
		f.Missing = "the matrix has no axis of numbers"
		return f
	}
	methods := s.methodsOver(axes)
	if len(methods) == 0 {
		f.Missing = "no run has ended"
		return f
	}
	f.Caption = fmt.Sprintf("%s and %s against %s, one line for each arm: mean over seeds, band from the lowest to the highest seed, each seed averaged over the other axes. "+
		"A line that falls is collapse that the axis brings; lines that stay apart are a difference that it does not explain.", measures[0].Shows(), measures[1].Shows(), strings.Join(axes, ", "))
	var panels []panel
	for _, axis := range axes {
		for _, m := range measures {
			panels = append(panels, func() *plot.Plot { return s.axisPanel(axis, m, methods) })
		}
	}
	f.drawn(panels, len(measures), 0.62, s.methodLegend(methods))
	return f
}

func (s *Sweep) methodLegend(methods []*Arm) []drawing.Entry {
	var legend []drawing.Entry
	for _, a := range methods {
		style := s.methodStyle(a)
		legend = append(legend, drawing.Entry{Text: a.Cell.Method, Swatch: drawing.Swatch{Line: style.Line(), Mark: style.Mark(vg.Points(markSize))}})
	}
	return legend
}

// methodStyle tells the methods of all objectives apart in one panel: the variant's colour and glyph,
// and the objective's dashes.
func (s *Sweep) methodStyle(a *Arm) drawing.Style {
	return drawing.StyleOf(s.kindOf[variant(a.Cell)], slices.Index(s.objectives, a.Cell.Objective))
}

// methodsOver are the first arms of each method on any of the axes that has ended runs, in the plan's
// order.
func (s *Sweep) methodsOver(axes []string) []*Arm {
	var out []*Arm
	for _, a := range s.Arms {
		on := slices.ContainsFunc(axes, func(axis string) bool { return a.Cell.Axes[axis] != nil })
		if on && len(a.Runs) > 0 && !slices.ContainsFunc(out, func(b *Arm) bool { return a.Cell.Method == b.Cell.Method }) {
			out = append(out, a)
		}
	}
	return out
}

// axisPanel draws one measure over one axis.
func (s *Sweep) axisPanel(axis string, m metric.Spec, methods []*Arm) *plot.Plot {
	p := drawing.NewPanel("", axis, m.Shows(), drawing.TextSize)
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
	for _, a := range methods {
		c := s.overAxis(axis, m, a.Cell.Method)
		for j, x := range c.Steps {
			c.Steps[j] = place(x)
			low, high = min(low, c.Low[j]), max(high, c.Top[j])
		}
		drawing.AddRange(p, c, s.methodStyle(a))
	}
	if m.Unit.Percent() && low <= high {
		margin := max(1.5, 0.08*(high-low))
		p.Y.Min, p.Y.Max = max(-1, low-margin), min(101, high+margin)
		p.Y.Tick.Marker = drawing.WholeTicks(p.Y.Min, p.Y.Max)
	}
	return p
}

// overAxis is a method's curve over an axis: of each seed that ended everywhere at a value of the
// axis, the mean over the other axes.
func (s *Sweep) overAxis(axis string, m metric.Spec, method string) drawing.Curve {
	var c drawing.Curve
	for _, x := range s.axisValues(axis) {
		var seeds []float64
		for _, seed := range s.seeds() {
			var values []float64
			for _, a := range s.Arms {
				if v, has := a.Cell.Axes[axis].(float64); has && v == x && a.Cell.Method == method {
					values = append(values, a.at(m, seed))
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
