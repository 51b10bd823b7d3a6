package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
	"protobench/stats"
)

// markSize is the radius of marks on lines, in points.
const markSize = 2.0

// epsilonFigure shows unique prototypes against the distance at which two count as one.
func (s *Sweep) epsilonFigure() Figure {
	f := Figure{Name: "unique_vs_epsilon"}
	f.Title = "Unique prototypes against ε"
	counted := func(a *Arm) bool { return stats.Estimated(a.over(unique())).N > 0 }
	arms := s.withData(counted)
	if len(arms) == 0 {
		f.Missing = "no run has final metrics yet, or all collapsed totally"
		return f
	}
	f.Caption = "Share of prototypes left by a greedy cover at cosine distance ε, mean over seeds with 95 % t-interval (marks are set apart sideways to keep them visible). " +
		"Partial collapse is a line that starts low on the left: many prototypes are near copies at the smallest ε. A line that follows the grey one of random unit vectors is as spread as chance; " +
		"that alone is no merit, since prototypes that never moved look so too. Read it with the next figures, which count live prototypes."
	legend := s.legend(arms, true, vg.Points(markSize))
	for _, b := range s.Random {
		legend = append(legend, drawing.Entry{Text: b.label(), Swatch: drawing.Swatch{Line: drawing.GreyLine()}})
	}
	l := s.layout.with(counted)
	f.drawn(l.panels(s.epsilonPanel), l.columns, 0.95, legend)
	return f
}

func (s *Sweep) epsilonPanel(t tile) *plot.Plot {
	p := drawing.NewPanel(t.title, "ε (cosine distance)", "unique prototypes, %\u00a0of\u00a0K", drawing.TextSize)
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.Y)
	p.X.Min, p.X.Max = -0.35, float64(len(uniqueness.Epsilons()))-0.65
	p.X.Tick.Marker = epsilonTicks()
	for _, b := range s.Random {
		drawing.AddLine(p, drawing.Indexed(b.Unique, 0), drawing.GreyLine())
	}
	for i, a := range t.arms {
		shift := (float64(i) - float64(float64(len(t.arms)-1)/2)) * min(0.07, 0.6/float64(len(t.arms)))
		a.addEpsilonLine(p, shift)
	}
	return p
}

// epsilonTicks places the distances at equal steps.
func epsilonTicks() plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, eps := range uniqueness.Epsilons() {
		out = append(out, plot.Tick{Value: float64(i), Label: uniqueness.EpsilonText(eps)})
	}
	return out
}

func (a *Arm) addEpsilonLine(p *plot.Plot, shift float64) {
	var mean, half []float64
	for _, eps := range uniqueness.Epsilons() {
		e := stats.Estimated(a.over(specOf(uniqueness.Key(eps))))
		mean, half = append(mean, e.Mean), append(half, e.Half)
	}
	points := drawing.Indexed(mean, shift)
	drawing.AddLine(p, points, a.style.Line())
	drawing.AddBars(p, mean, half, shift, drawing.Faded(a.style.Color, 150))
	drawing.AddMarks(p, points, a.style.Mark(vg.Points(markSize)))
}
