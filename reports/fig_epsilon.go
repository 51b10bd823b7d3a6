package reports

import (
	"image/color"
	"math"

	"protobench/metrics"
	"protobench/stats"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
	f.width, f.height = s.panelSize(arms)
	f.draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, true, vg.Points(2.6))
		for _, b := range s.random {
			legend.Add("random (K "+FormatCount(b.k)+", D "+FormatCount(b.d)+")", swatch{line: greyLine()})
		}
		drawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.epsilonPanel(objective)
		}), s.panelColumns(), legend)
	}
	return f
}

func (s *sweep) epsilonPanel(objective string) *plot.Plot {
	p := newPlot(objective, "ε (cosine distance)", "unique prototypes, % of K", 10)
	lightGrid(p)
	percentAxis(&p.Y)
	p.X.Min, p.X.Max = -0.35, float64(len(metrics.Epsilons()))-0.65
	p.X.Tick.Marker = epsilonTicks()
	for _, b := range s.random {
		var unique []float64
		for _, eps := range metrics.Epsilons() {
			unique = append(unique, b.of(measureOf(metrics.UniqueKey(eps))))
		}
		addLine(p, indexed(unique, 0), greyLine())
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
	points := indexed(mean, shift)
	addLine(p, points, a.style.line())
	for i, h := range half {
		if m := mean[i]; !math.IsNaN(m) && !math.IsNaN(h) {
			x := float64(i) + shift
			bar := plotter.XYs{{X: x, Y: max(0, m-h)}, {X: x, Y: min(100, m+h)}}
			addLine(p, bar, draw.LineStyle{Color: faded(a.style.color, 150), Width: vg.Points(1)})
		}
	}
	addMarks(p, points, a.style.mark(vg.Points(2.6)))
}

// indexed places values at 0, 1, … plus a shift, leaving out what is not finite.
func indexed(values []float64, shift float64) plotter.XYs {
	var out plotter.XYs
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, plotter.XY{X: float64(i) + shift, Y: v})
		}
	}
	return out
}

// addLine draws a line through finite points; nothing when there are none.
func addLine(p *plot.Plot, points plotter.XYs, style draw.LineStyle) {
	if len(points) > 0 {
		p.Add(&plotter.Line{XYs: points, LineStyle: style})
	}
}

// addMarks draws glyphs at finite points; nothing when there are none.
func addMarks(p *plot.Plot, points plotter.XYs, style draw.GlyphStyle) {
	if len(points) > 0 {
		p.Add(&plotter.Scatter{XYs: points, GlyphStyle: style})
	}
}

func greyLine() draw.LineStyle {
	return draw.LineStyle{Color: color.NRGBA{0xa0, 0xa0, 0xa0, 255}, Width: vg.Points(2.4)}
}
