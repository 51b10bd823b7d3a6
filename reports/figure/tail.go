package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/reports/drawing"
	"protobench/stats"
)

// tailParts are the parts of the classes of a long-tailed set.
func tailParts() []string { return []string{"head", "medium", "tail"} }

// tailKey is the linear probe's accuracy over a part of the classes.
func tailKey(part string) metric.Spec { return specOf(probe.LinearPartKey(part, metric.Teacher)) }

// tailFigure tells whether features serve frequent classes alone.
func (s *Sweep) tailFigure() Figure {
	f := Figure{Name: "head_medium_tail", Optional: true, Missing: "no run was trained on a long tail"}
	f.Title = "Accuracy on head, medium and tail"
	tailed := func(a *Arm) bool {
		return slices.ContainsFunc(tailParts(), func(part string) bool { return stats.Estimated(a.over(tailKey(part))).N > 0 })
	}
	arms := s.withData(tailed)
	if len(arms) == 0 {
		return f
	}
	f.Caption = "Linear-probe accuracy of the teacher's features on the classes with the most, the middle and the fewest training images (probe trained on balanced images): bars are means over seeds, points are runs. " +
		"Features that serve frequent classes alone fall from head to tail; decoupling helps on the tail where its bar stands above the joint one there, and most of all there."
	l := s.layoutOver("").with(tailed)
	var legend []drawing.Entry
	for _, a := range firstOfName(arms) {
		legend = append(legend, drawing.Entry{Text: a.name, Swatch: drawing.Swatch{Patch: a.style.Color}})
	}
	f.drawn(l.panels(func(t tile) *plot.Plot {
		return tailPanel(slices.DeleteFunc(slices.Clone(t.arms), func(a *Arm) bool { return !tailed(a) }), t.title)
	}), l.columns, 0.8, legend)
	return f
}

func tailPanel(arms []*Arm, title string) *plot.Plot {
	p := drawing.NewPanel(title, "classes by training images", "linear probe accuracy, %", drawing.TextSize)
	drawing.LightGrid(p)
	p.X.Min, p.X.Max = -0.5, 2.5
	p.X.Tick.Marker = drawing.Ticks([]float64{0, 1, 2}, tailParts())
	wide := 0.8 / float64(len(arms))
	for i, a := range arms {
		for j, part := range tailParts() {
			values := stats.Finite(a.over(tailKey(part)))
			if len(values) == 0 {
				continue
			}
			left := float64(j) - 0.4 + float64(float64(i)*wide)
			drawing.AddBar(p, left+float64(0.06*wide), left+float64(0.94*wide), stats.Mean(values), a.style.Color)
			var runs plotter.XYs
			for _, v := range values {
				runs = append(runs, plotter.XY{X: left + float64(wide/2), Y: v})
			}
			drawing.AddMarks(p, runs, draw.GlyphStyle{Color: drawing.Faded(drawing.Palette()[3], 170), Radius: vg.Points(0.8), Shape: draw.CircleGlyph{}})
		}
	}
	drawing.PercentAxis(&p.Y)
	p.Y.Min = 0
	return p
}
