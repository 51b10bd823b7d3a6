package reports

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/reports/drawing"
	"protobench/stats"
)

// accuracyFigure asks whether more live prototypes go with better features.
func (s *sweep) accuracyFigure() figure {
	f := figure{name: "accuracy_vs_live_unique", title: "Accuracy against live unique prototypes"}
	arms := s.withData(func(a *arm) bool { return len(a.accuracyPoints()) > 0 })
	if len(arms) == 0 {
		f.missing = "no run has both an accuracy and a count of live prototypes that means something"
		return f
	}
	low, high := s.accuracyRange()
	f.caption = "Linear-probe accuracy of the teacher's frozen backbone features against live unique prototypes; a faint mark is one run, a bold mark the mean of an arm, grey lines are the reference rows (at the edge with an arrow where they lie beyond). " +
		"Collapsed arms lie on the left. If collapse costs accuracy, marks rise from left to right; if they lie level, the prototypes were lost without harm to the features at this scale."
	f.Width, f.Height = s.panelSize(arms)
	f.Draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, false, vg.Points(3.6))
		drawing.DrawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.accuracyPanel(objective, low, high)
		}), s.panelColumns(), legend)
	}
	return f
}

func (s *sweep) accuracyPanel(objective string, low, high float64) *plot.Plot {
	p := drawing.NewPanel(objective, "live unique prototypes, % of K", "linear probe accuracy, %", 10)
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.X)
	p.Y.Min, p.Y.Max = low, high
	p.Y.Tick.Marker = drawing.WholeTicks(low, high)
	s.addReferences(p)
	arms := s.ofObjective(objective)
	for _, a := range arms {
		mark := a.style.Mark(vg.Points(2.2))
		mark.Color = drawing.Faded(a.style.Color, 110)
		drawing.AddMarks(p, a.accuracyPoints(), mark)
	}
	for _, a := range arms {
		drawing.AddMarks(p, drawing.Centre(a.accuracyPoints()), a.style.Mark(vg.Points(4)))
	}
	return p
}

// addReferences draws the reference rows as level lines. Rows outside of the panel, which
// follows the arms, are written at its edge.
func (s *sweep) addReferences(p *plot.Plot) {
	above, below := 0.0, 0.0
	for _, a := range s.arms {
		m := stats.Estimated(accuracy().over(a))
		if !a.reference || m.N == 0 {
			continue
		}
		switch text := fmt.Sprintf("%s %.1f", a.label, m.Mean); {
		case m.Mean > p.Y.Max:
			p.Add(drawing.Note{Text: text + " ↑", X: 0.99, Y: 0.99 - above, Size: 7.5})
			above += 0.04
		case m.Mean < p.Y.Min:
			p.Add(drawing.Note{Text: text + " ↓", X: 0.99, Y: 0.05 + below, Size: 7.5})
			below += 0.04
		default:
			drawing.AddLevel(p, text, m.Mean)
		}
	}
}

// accuracyPoints pairs live-unique % with accuracy % for each run that has both.
func (a *arm) accuracyPoints() plotter.XYs {
	x, y := liveUnique().over(a), accuracy().over(a)
	var out plotter.XYs
	for i := range x {
		if !math.IsNaN(x[i] + y[i]) {
			out = append(out, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return out
}

// accuracyRange covers the arms' runs with a margin, within 0…100.
func (s *sweep) accuracyRange() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, a := range s.trained() {
		for _, v := range stats.Finite(accuracy().over(a)) {
			low, high = min(low, v), max(high, v)
		}
	}
	margin := max(1.5, 0.15*(high-low))
	return max(0, low-margin), min(101, high+margin)
}
