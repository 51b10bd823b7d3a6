package reports

import (
	"fmt"
	"math"

	"protobench/stats"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
	f.width, f.height = s.panelSize(arms)
	f.draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, false, vg.Points(3.6))
		drawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.accuracyPanel(objective, low, high)
		}), s.panelColumns(), legend)
	}
	return f
}

func (s *sweep) accuracyPanel(objective string, low, high float64) *plot.Plot {
	p := newPlot(objective, "live unique prototypes, % of K", "linear probe accuracy, %", 10)
	lightGrid(p)
	percentAxis(&p.X)
	p.Y.Min, p.Y.Max = low, high
	p.Y.Tick.Marker = accuracyTicks(low, high)
	s.addReferences(p)
	arms := s.ofObjective(objective)
	for _, a := range arms {
		mark := a.style.mark(vg.Points(2.2))
		mark.Color = faded(a.style.color, 110)
		addMarks(p, a.accuracyPoints(), mark)
	}
	for _, a := range arms {
		addMarks(p, centre(a.accuracyPoints()), a.style.mark(vg.Points(4)))
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
			p.Add(writeIn{text: text + " ↑", x: 0.99, y: 0.99 - above, size: 7.5})
			above += 0.04
		case m.Mean < p.Y.Min:
			p.Add(writeIn{text: text + " ↓", x: 0.99, y: 0.05 + below, size: 7.5})
			below += 0.04
		default:
			addReference(p, text, m.Mean)
		}
	}
}

// accuracyTicks marks whole percents at a readable distance.
func accuracyTicks(low, high float64) plot.ConstantTicks {
	step := 1.0
	for _, s := range []float64{2, 5, 10, 20} {
		if (high-low)/step > 8 {
			step = s
		}
	}
	var out plot.ConstantTicks
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return out
}

func addReference(p *plot.Plot, name string, y float64) {
	line := greyLine()
	line.Width, line.Dashes = vg.Points(0.9), []vg.Length{3, 2}
	addLine(p, plotter.XYs{{X: -2, Y: y}, {X: 102, Y: y}}, line)
	p.Add(writeIn{text: name, x: 0.99, y: (y-p.Y.Min)/(p.Y.Max-p.Y.Min) - 0.008, size: 7.5})
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

func centre(points plotter.XYs) plotter.XYs {
	if len(points) == 0 {
		return nil
	}
	var m plotter.XY
	for _, p := range points {
		m.X += p.X / float64(len(points))
		m.Y += p.Y / float64(len(points))
	}
	return plotter.XYs{m}
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
