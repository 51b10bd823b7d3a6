package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"protobench/reports/drawing"
	"protobench/stats"
)

// accuracyFigure asks whether more live prototypes go with better features.
func (s *Sweep) accuracyFigure() Figure {
	f := Figure{Name: "accuracy_vs_live_unique"}
	f.Title = "Accuracy against live unique prototypes"
	measured := func(a *Arm) bool { return len(a.accuracyPoints()) > 0 }
	arms := s.withData(measured)
	if len(arms) == 0 {
		f.Missing = "no run has both an accuracy and a count of live prototypes that means something"
		return f
	}
	f.Caption = "Linear-probe accuracy of the teacher's frozen backbone features against live unique prototypes; a faint mark is one run, a bold mark the mean of an arm, dashed grey lines are the reference rows (at the edge with an arrow where they lie beyond). "
	axis := s.pathAxis()
	if axis != "" {
		f.Caption += fmt.Sprintf("A line joins the settings of a method in the order of %s, and marks grow with it. ", axis)
	}
	if slices.ContainsFunc(s.Axes, func(axis string) bool { return strings.HasPrefix(axis, "data.") }) {
		f.Caption += "Panels of the same images have the same scale, and their reference rows. "
	}
	f.Caption += "Collapsed arms lie on the left. If collapse costs accuracy, marks rise from left to right; if they lie level, the prototypes were lost without harm to the features at this scale."
	l := s.layoutOver(axis).with(measured)
	f.drawn(l.panels(func(t tile) *plot.Plot { return s.accuracyPanel(t, axis) }), l.columns, 1, s.legend(arms, false, vg.Points(2.6)))
	return f
}

func (s *Sweep) accuracyPanel(t tile, axis string) *plot.Plot {
	p := drawing.NewPanel(t.title, "live unique prototypes, %\u00a0of\u00a0K", "linear probe accuracy, %", drawing.TextSize)
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.X)
	low, high := accuracyRange(s.onImagesOf(t))
	p.Y.Min, p.Y.Max = low, high
	p.Y.Tick.Marker = drawing.WholeTicks(low, high)
	s.addReferences(p, t)
	for _, a := range t.arms {
		mark := a.style.Mark(vg.Points(1.5))
		mark.Color = drawing.Faded(a.style.Color, 110)
		drawing.AddMarks(p, a.accuracyPoints(), mark)
	}
	for _, path := range pathsAlong(t.arms, axis) {
		path.add(p)
	}
	return p
}

// path is a method's settings in the order of an axis.
type path []*Arm

// pathsAlong are the methods of some arms, in their order.
func pathsAlong(arms []*Arm, axis string) []path {
	var out []path
	for _, a := range arms {
		i := slices.IndexFunc(out, func(p path) bool { return p[0].Cell.Method == a.Cell.Method })
		if i < 0 {
			i, out = len(out), append(out, nil)
		}
		out[i] = append(out[i], a)
	}
	for _, p := range out {
		slices.SortStableFunc(p, func(a, b *Arm) int { return cmp.Compare(axisNumber(a, axis), axisNumber(b, axis)) })
	}
	return out
}

// axisNumber is an arm's value on an axis of numbers, 0 where it has none.
func axisNumber(a *Arm, axis string) float64 {
	v, _ := a.Cell.Axes[axis].(float64)
	return v
}

// add draws the arms' means, joined, with marks that grow along the way.
func (w path) add(p *plot.Plot) {
	var line plotter.XYs
	for _, a := range w {
		line = append(line, drawing.Centre(a.accuracyPoints())...)
	}
	if len(line) > 1 {
		style := w[len(w)/2].style.Line()
		style.Width = vg.Points(0.7)
		drawing.AddLine(p, line, style)
	}
	for i, a := range w {
		size := 2.8
		if len(w) > 1 {
			size = 1.8 + 1.6*float64(i)/float64(len(w)-1)
		}
		drawing.AddMarks(p, drawing.Centre(a.accuracyPoints()), a.style.Mark(vg.Points(size)))
	}
}

// addReferences draws a panel's reference rows as level lines. Rows outside of the panel, which
// follows the arms, are written at its edge.
func (s *Sweep) addReferences(p *plot.Plot, t tile) {
	above, below := 0.0, 0.0
	for _, r := range s.referencesOf(t) {
		switch text := fmt.Sprintf("%s %.1f", s.referenceLabel(r, t), r.Accuracy); {
		case r.Accuracy > p.Y.Max:
			p.Add(drawing.Note{Text: text + " ↑", X: 0.99, Y: 0.99 - above, Size: drawing.SmallSize})
			above += 0.055
		case r.Accuracy < p.Y.Min:
			p.Add(drawing.Note{Text: text + " ↓", X: 0.99, Y: 0.06 + below, Size: drawing.SmallSize})
			below += 0.055
		default:
			drawing.AddLevel(p, text, r.Accuracy)
		}
	}
}

// referencesOf are the rows that one of a panel's arms can be read against.
func (s *Sweep) referencesOf(t tile) []Reference {
	return slices.DeleteFunc(slices.Clone(s.References), func(r Reference) bool {
		return !slices.ContainsFunc(t.arms, func(a *Arm) bool { return placed(r.Cell, a.Cell, s.Axes) })
	})
}

// referenceLabel names a row, with its place on the axes on which the panel's arms differ.
func (s *Sweep) referenceLabel(r Reference, t tile) string {
	differ := slices.DeleteFunc(axesOf(r.Cell, s.Axes), func(axis string) bool {
		return !slices.ContainsFunc(t.arms, func(a *Arm) bool { return a.Cell.Axes[axis] != r.Cell.Axes[axis] })
	})
	if place := s.Place(r.Cell, differ); place != "" {
		return r.Cell.Method + " (" + place + ")"
	}
	return r.Cell.Method
}

// onImagesOf are the arms that were shown a panel's images, which accuracies can be compared over.
func (s *Sweep) onImagesOf(t tile) []*Arm {
	images := slices.DeleteFunc(slices.Clone(s.Axes), func(axis string) bool { return !strings.HasPrefix(axis, "data.") })
	return slices.DeleteFunc(slices.Clone(s.Arms), func(a *Arm) bool {
		return !slices.ContainsFunc(t.arms, func(b *Arm) bool { return placed(a.Cell, b.Cell, images) })
	})
}

// accuracyPoints pairs live-unique % with accuracy % for each run that has both.
func (a *Arm) accuracyPoints() plotter.XYs {
	x, y := a.over(liveUnique()), a.over(accuracy())
	var out plotter.XYs
	for i := range x {
		if !math.IsNaN(x[i]+y[i]) && !math.IsInf(x[i]+y[i], 0) {
			out = append(out, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return out
}

// accuracyRange covers the arms' runs with a margin, within 0…100.
func accuracyRange(arms []*Arm) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, a := range arms {
		for _, v := range stats.Finite(a.over(accuracy())) {
			low, high = min(low, v), max(high, v)
		}
	}
	margin := max(1.5, 0.15*(high-low))
	return max(0, low-margin), min(101, high+margin)
}
