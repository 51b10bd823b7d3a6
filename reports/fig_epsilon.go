package reports

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/reports/drawing"
	"protobench/stats"
)

// epsilonFigure shows unique prototypes against the distance at which two count as one.
func (s *sweep) epsilonFigure() figure {
	f := figure{name: "unique_vs_epsilon", title: "Unique prototypes against ε"}
	arms := s.withData(func(a *arm) bool { return stats.Estimated(unique().over(a)).N > 0 })
	if len(arms) == 0 {
		f.missing = "no run has final metrics yet, or all collapsed totally"
		return f
	}
	f.caption = "Share of prototypes left by a greedy cover at cosine distance ε, mean over seeds with 95 % t-interval (marks are set apart sideways to keep them visible). " +
		"Partial collapse is a line that starts low on the left: many prototypes are near copies at the smallest ε. A line that follows the grey one of random unit vectors is as spread as chance; " +
		"that alone is no merit, since prototypes that never moved look so too. Read it with the next figures, which count live prototypes."
	f.Width, f.Height = s.panelSize(arms)
	f.Draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, true, vg.Points(2.6))
		for _, b := range s.random {
			legend.Add("random (K "+drawing.CountText(b.k)+", D "+drawing.CountText(b.d)+")", drawing.Swatch{Line: drawing.GreyLine()})
		}
		drawing.DrawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.epsilonPanel(objective)
		}), s.panelColumns(), legend)
	}
	return f
}

func (s *sweep) epsilonPanel(objective string) *plot.Plot {
	p := drawing.NewPanel(objective, "ε (cosine distance)", "unique prototypes, % of K", 10)
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.Y)
	p.X.Min, p.X.Max = -0.35, float64(len(metrics.Epsilons()))-0.65
	p.X.Tick.Marker = epsilonTicks()
	for _, b := range s.random {
		var unique []float64
		for _, eps := range metrics.Epsilons() {
			unique = append(unique, b.of(measureOf(metrics.UniqueKey(eps))))
		}
		drawing.AddLine(p, drawing.Indexed(unique, 0), drawing.GreyLine())
	}
	arms := s.ofObjective(objective)
	for i, a := range arms {
		shift := (float64(i) - float64(float64(len(arms)-1)/2)) * min(0.07, 0.6/float64(len(arms)))
		a.addEpsilonLine(p, shift)
	}
	return p
}

// epsilonTicks places the distances at equal steps.
func epsilonTicks() plot.ConstantTicks {
	var out plot.ConstantTicks
	for i, eps := range metrics.Epsilons() {
		out = append(out, plot.Tick{Value: float64(i), Label: metrics.EpsilonText(eps)})
	}
	return out
}

func (a *arm) addEpsilonLine(p *plot.Plot, shift float64) {
	var mean, half []float64
	for _, eps := range metrics.Epsilons() {
		e := stats.Estimated(measureOf(metrics.UniqueKey(eps)).over(a))
		mean, half = append(mean, e.Mean), append(half, e.Half)
	}
	points := drawing.Indexed(mean, shift)
	drawing.AddLine(p, points, a.style.Line())
	drawing.AddBars(p, mean, half, shift, drawing.Faded(a.style.Color, 150))
	drawing.AddMarks(p, points, a.style.Mark(vg.Points(2.6)))
}
