package reports

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/reports/drawing"
)

// trainingFigure shows when prototypes are lost, by the arms' own learners and by their observers.
func (s *sweep) trainingFigure() (figure, error) {
	f := figure{name: "live_unique_over_training", title: "Live unique prototypes over training"}
	curves, err := s.curves(liveUnique())
	if err != nil {
		return f, err
	}
	f.short = s.unmeasured(curves)
	f.caption = "Prototypes that are unique at ε = " + metrics.EpsilonText(smallest()) + " and in use, in % of K, against the training step on a scale that widens the start (log of 1 + step): mean over seeds, band from the lowest to the highest seed." +
		s.curveText() + " Before step 0 the batch norms' statistics are filled; all measurements run in evaluation mode. Collapse that comes with joint training shows as a drop in the first steps or epochs that the control and decoupled lines do not share. A line that stays low from step 0 on is no collapse but a start in which few prototypes are used."
	if s.observed() {
		f.caption += " Thin broken lines are observers, in the colour of the arm that they watch."
	}
	arms := s.withData(func(a *arm) bool { return curves.of(a, "").Drawn() })
	if len(arms) == 0 {
		f.missing = "no run has measured epochs yet, or all collapsed totally"
		return f, nil
	}
	f.Width, f.Height = s.panelSize(arms)
	f.Draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, true, 0)
		if s.observed() {
			legend.Add("observer, in its arm's colour", drawing.Swatch{Line: drawing.Style{Color: drawing.Grey()}.ThinLine()})
		}
		drawing.DrawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.trainingPanel(objective, curves)
		}), s.panelColumns(), legend)
	}
	return f, nil
}

// curveText says what the curves count and how the networks are run for them.
func (s *sweep) curveText() string {
	const key = "evaluate.usage_images"
	count := "all training images"
	switch n, same := s.common(key); {
	case !slices.Contains(s.settingKeys(), key):
		return ""
	case !same:
		count = "training images (as many as evaluate.usage_images says)"
	case n != "0":
		count = "the first " + n + " training images, where the tables count all"
	}
	return " Usage is counted on " + count + "."
}

func (s *sweep) trainingPanel(objective string, curves curves) *plot.Plot {
	p := drawing.NewPanel(objective, "training step", "live unique prototypes, % of K", 10)
	curves.axes(p)
	arms := s.ofObjective(objective)
	for _, a := range arms {
		curves.of(a, "").AddBand(p, a.style.Color)
	}
	for _, a := range arms {
		for _, name := range a.observers() {
			curves.of(a, name).AddLine(p, a.style.ThinLine())
		}
	}
	for _, a := range arms {
		curves.of(a, "").AddLine(p, a.style.Line())
	}
	return p
}

// axes gives a panel the step axis that all panels share, and percent.
func (c curves) axes(p *plot.Plot) {
	drawing.LightGrid(p)
	drawing.PercentAxis(&p.Y)
	drawing.StepAxis(&p.X, c.last)
}
