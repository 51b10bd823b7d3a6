package figure

import (
	"slices"

	"gonum.org/v1/plot"

	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// trainingFigure shows when prototypes are lost, by the arms' own learners and by their observers.
func (s *Sweep) trainingFigure() (Figure, error) {
	f := Figure{Name: "live_unique_over_training"}
	f.Title = "Live unique prototypes over training"
	curves, err := s.curves(liveUnique())
	if err != nil {
		return f, err
	}
	f.Short = s.unmeasured(curves)
	f.Caption = "Prototypes that are unique at ε = " + uniqueness.EpsilonText(smallest()) + " and in use, in % of K, against the training step on a scale that widens the start (log of 1 + step): mean over seeds, band from the lowest to the highest seed. " +
		s.UsageText + "Before step 0 the batch norms' statistics are filled; all measurements run in evaluation mode. Collapse that comes with joint training shows as a drop in the first steps or epochs that the control and decoupled lines do not share. A line that stays low from step 0 on is no collapse but a start in which few prototypes are used."
	if s.observed() {
		f.Caption += " Thin broken lines are observers, in the colour of the arm that they watch."
	}
	arms := s.withData(curves.drawn)
	if len(arms) == 0 {
		f.Missing = "no run has measured epochs yet, or all collapsed totally"
		return f, nil
	}
	l := s.layout.with(curves.drawn)
	direct := l.direct()
	var legend []drawing.Entry
	if !direct {
		legend = s.legend(arms, true, 0)
	}
	if s.observed() {
		legend = append(legend, drawing.Entry{Text: "observer, in its arm's colour", Swatch: drawing.Swatch{Line: drawing.Style{Color: drawing.Grey()}.ThinLine()}})
	}
	f.drawn(l.panels(func(t tile) *plot.Plot { return trainingPanel(t, curves, direct) }), l.columns, 0.85, legend)
	return f, nil
}

func trainingPanel(t tile, curves curves, direct bool) *plot.Plot {
	p := drawing.NewPanel(t.title, "training step", "live unique prototypes, %\u00a0of\u00a0K", drawing.TextSize)
	curves.axes(p)
	drawing.PercentAxis(&p.Y)
	for _, a := range t.arms {
		curves.of(a, "").AddBand(p, a.style.Color)
	}
	for _, a := range t.arms {
		for _, name := range a.Observers {
			curves.of(a, name).AddLine(p, a.style.ThinLine())
		}
	}
	for _, a := range t.arms {
		curves.of(a, "").AddLine(p, a.style.Line())
	}
	if direct {
		p.Add(curves.ends(t.arms))
	}
	return p
}

// direct reports whether lines are named at their ends: in panels that are wide enough, of few lines.
func (l layout) direct() bool {
	return l.columns <= 2 && !slices.ContainsFunc(l.tiles, func(t tile) bool { return len(t.arms) > 8 })
}

// ends names the arms' own curves where they end.
func (c curves) ends(arms []*Arm) drawing.EndLabels {
	var out drawing.EndLabels
	for _, a := range arms {
		if own := c.of(a, ""); own.Drawn() {
			out = append(out, drawing.EndLabel{Text: a.name, Y: own.Mean[len(own.Mean)-1], Color: a.style.Color})
		}
	}
	return out
}

// axes gives a panel the step axis that all panels share.
func (c curves) axes(p *plot.Plot) {
	drawing.LightGrid(p)
	drawing.StepAxis(&p.X, c.last)
}

// observed reports whether any arm has an observer.
func (s *Sweep) observed() bool {
	return slices.ContainsFunc(s.Arms, func(a *Arm) bool { return len(a.Observers) > 0 })
}
