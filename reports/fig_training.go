package reports

import (
	"math"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// curve is live-unique % over training, over the seeds of an arm.
type curve struct {
	steps          []float64
	mean, low, top []float64
}

// trainingFigure shows when prototypes are lost.
func (s *sweep) trainingFigure() (figure, error) {
	f := figure{name: "live_unique_over_training", title: "Live unique prototypes over training"}
	curves := map[*arm]curve{}
	last := 0.0
	for _, a := range s.trained() {
		c, err := a.curve()
		if err != nil {
			return f, err
		}
		if len(c.steps) > 0 {
			curves[a] = c
			last = max(last, c.steps[len(c.steps)-1])
		}
	}
	if len(curves) == 0 {
		f.missing = "no run has measured epochs yet"
		return f, nil
	}
	f.caption = "Prototypes that are unique at ε = 0.025 and in use, in % of K, against the training step on a scale that widens the start (log of 1 + step): mean over seeds, band from the lowest to the highest seed. " +
		"Collapse that comes with joint training shows as a drop in the first steps or epochs that the control and decoupled lines do not share. A line that stays low from step 0 on is no collapse but a start in which few prototypes are used."
	arms := s.withData(func(a *arm) bool { return len(curves[a].steps) > 0 })
	f.width, f.height = s.panelSize(arms)
	f.draw = func(c draw.Canvas) {
		legend := s.armLegend(arms, true, 0)
		drawPanels(c, s.objectivePanels(func(objective string) *plot.Plot {
			return s.trainingPanel(objective, curves, last)
		}), s.panelColumns(), legend)
	}
	return f, nil
}

func (s *sweep) trainingPanel(objective string, curves map[*arm]curve, last float64) *plot.Plot {
	p := newPlot(objective, "training step", "live unique prototypes, % of K", 10)
	lightGrid(p)
	percentAxis(&p.Y)
	p.X.Min, p.X.Max = 0, max(1, logStep(last))
	p.X.Tick.Marker = stepTicks(last)
	arms := s.ofObjective(objective)
	for _, a := range arms {
		curves[a].addBand(p, a.style)
	}
	for _, a := range arms {
		addLine(p, curves[a].line(), a.style.line())
	}
	return p
}

// logStep places step 0 on the axis and lets late steps grow like a logarithm.
func logStep(step float64) float64 { return math.Log10(1 + step) }

func stepTicks(last float64) plot.ConstantTicks {
	out := plot.ConstantTicks{{Value: 0, Label: "0"}}
	for decade := 1; decade <= 1_000_000_000 && float64(decade) <= max(10, last); decade *= 10 {
		out = append(out, plot.Tick{Value: logStep(float64(decade)), Label: decadeText(decade)})
		for i := 2; i < 10; i++ {
			out = append(out, plot.Tick{Value: logStep(float64(i * decade))})
		}
	}
	return out
}

func decadeText(n int) string {
	if n >= 1000 && n < 1_000_000 {
		return FormatCount(n/1000) + "k"
	}
	return FormatCount(n)
}

// curve reads the epochs of the counted runs and keeps the steps that all of them
// measured, so that no point of the mean rests on fewer seeds than its neighbour.
func (a *arm) curve() (curve, error) {
	m := measureOf("live_unique@0.025")
	at := map[int][]float64{}
	runs := 0
	for _, r := range a.counted() {
		lines, err := r.Dir.Epochs()
		if err != nil {
			return curve{}, err
		}
		if len(lines) == 0 {
			continue
		}
		runs++
		for _, l := range lines {
			if v := m.of(l.Metrics, r.k); !math.IsNaN(v) {
				at[l.Step] = append(at[l.Step], v)
			}
		}
	}
	return shared(at, runs), nil
}

func shared(at map[int][]float64, runs int) curve {
	var steps []int
	for s, values := range at {
		if len(values) == runs {
			steps = append(steps, s)
		}
	}
	sort.Ints(steps)
	var c curve
	for _, s := range steps {
		v := append([]float64{}, at[s]...)
		c.steps = append(c.steps, float64(s))
		c.mean = append(c.mean, sum(v)/float64(len(v)))
		sort.Float64s(v)
		c.low, c.top = append(c.low, v[0]), append(c.top, v[len(v)-1])
	}
	return c
}

func (c curve) line() plotter.XYs {
	var out plotter.XYs
	for i, s := range c.steps {
		out = append(out, plotter.XY{X: logStep(s), Y: c.mean[i]})
	}
	return out
}

// addBand fills the area between the lowest and the highest seed.
func (c curve) addBand(p *plot.Plot, st style) {
	if len(c.steps) < 2 {
		return
	}
	var ring plotter.XYs
	for i, s := range c.steps {
		ring = append(ring, plotter.XY{X: logStep(s), Y: c.low[i]})
	}
	for i := len(c.steps) - 1; i >= 0; i-- {
		ring = append(ring, plotter.XY{X: logStep(c.steps[i]), Y: c.top[i]})
	}
	p.Add(&plotter.Polygon{XYs: []plotter.XYs{ring}, Color: faded(st.color, 40)})
}
