package figure

import (
	"image/color"
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

// bars are shares that arms are compared in, a group of bars each.
type bars struct {
	names []string // what is written below a group
	of    []metric.Spec
	x, y  string // the axes' names
}

// drawnFor reports whether an arm has a bar in any of the groups.
func (b bars) drawnFor(a *Arm) bool {
	return slices.ContainsFunc(b.of, func(m metric.Spec) bool { return stats.Estimated(a.over(m)).N > 0 })
}

// legend has the mark of each name of an arm.
func (b bars) legend(arms []*Arm) []drawing.Entry {
	var out []drawing.Entry
	for _, a := range firstOfName(arms) {
		out = append(out, drawing.Entry{Text: a.name, Swatch: drawing.Swatch{Mark: a.style.Mark(vg.Points(2.6))}})
	}
	return out
}

// panel has a bar for each arm and group, the mean over seeds, with a point for each run and above
// them the arm's mark: there are more arms than colours.
func (b bars) panel(t tile) *plot.Plot {
	p := drawing.NewPanel(t.title, b.x, b.y, drawing.TextSize)
	drawing.LightGrid(p)
	places := make([]float64, len(b.names))
	for i := range places {
		places[i] = float64(i)
	}
	p.X.Min, p.X.Max = -0.5, float64(len(b.names))-0.5
	p.X.Tick.Marker = drawing.Ticks(places, b.names)
	arms := slices.DeleteFunc(slices.Clone(t.arms), func(a *Arm) bool { return !b.drawnFor(a) })
	wide := 0.8 / float64(len(arms))
	for i, a := range arms {
		for j, m := range b.of {
			values := stats.Finite(a.over(m))
			if len(values) == 0 {
				continue
			}
			left := float64(j) - 0.4 + float64(float64(i)*wide)
			drawing.AddBar(p, left+float64(0.06*wide), left+float64(0.94*wide), stats.Mean(values), a.style.Color)
			var runs plotter.XYs
			for _, v := range values {
				runs = append(runs, plotter.XY{X: left + float64(wide/2), Y: v})
			}
			for _, point := range []draw.GlyphStyle{{Color: color.White, Radius: vg.Points(1.1)}, {Color: drawing.Palette()[3], Radius: vg.Points(0.7)}} {
				point.Shape = draw.CircleGlyph{}
				drawing.AddMarks(p, runs, point)
			}
			drawing.AddMarks(p, plotter.XYs{{X: left + float64(wide/2), Y: slices.Max(values) + 3}}, a.style.Mark(vg.Points(1.8)))
		}
	}
	drawing.PercentAxis(&p.Y)
	p.Y.Min, p.Y.Max = 0, 106
	return p
}

// barTiles is the number of settings up to which each has a panel of bars; the axes' figure has more.
const barTiles = 12

// accuraciesFigure compares the arms' features in k-NN and linear accuracy (the paper's figure 3b).
func (s *Sweep) accuraciesFigure() Figure {
	f := Figure{Name: "accuracies", Optional: true, Missing: "no run has an accuracy yet"}
	f.Title = "Accuracies"
	b := bars{[]string{"k-NN", "linear probe"}, []metric.Spec{specOf(probe.KNNKey(metric.Teacher)), accuracy()}, "", "test accuracy, %"}
	l := s.layoutOver("").with(b.drawnFor)
	arms := s.withData(b.drawnFor)
	if len(arms) == 0 {
		return f
	}
	if len(l.tiles) > barTiles {
		f.Missing = "there are more settings than panels would show; the figure over the axes has their accuracies"
		return f
	}
	f.Caption = "Accuracy of the teacher's frozen backbone features, by k-NN and by a linear probe: bars are means over seeds, points are runs. " +
		"If collapse costs features, arms that keep their prototypes stand above joint ones in both; runs that collapsed totally stand at chance."
	f.drawn(l.panels(b.panel), l.columns, 0.8, b.legend(arms))
	return f
}
