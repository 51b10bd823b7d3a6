package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/metric"
	"protobench/reports/drawing"
	"protobench/stats"
)

// onePathFigure asks whether settings fall onto one curve once uniqueness is drawn against how far
// the prototypes have gone.
func (s *Sweep) onePathFigure() (Figure, error) {
	f := Figure{Name: "one_curve", Optional: true, Missing: "no objective has joint arms at three settings or more on axes of numbers, with measured paths"}
	f.Title = "One curve: uniqueness against the prototypes' path"
	paths, err := s.curves(specOf(pathKey))
	if err != nil {
		return f, err
	}
	counts, err := s.curves(unique())
	if err != nil {
		return f, err
	}
	f.Short = s.unmeasured(counts)
	var fits []pathFit
	axes := s.numericAxes()
	for _, o := range s.objectives {
		if fit := newPathFit(o, s.withData(func(a *Arm) bool {
			return a.Cell.Objective == o && a.Cell.Learner == "joint" && len(axesOf(a.Cell, axes)) > 0
		}), paths, counts); len(fit.tracks) > 2 {
			fits = append(fits, fit)
		}
	}
	if len(fits) == 0 {
		return f, nil
	}
	f.Caption = "Above: unique prototypes against the angle that a prototype has turned by since the start (sum over steps, mean over prototypes; log of 1 + hundredths of a radian), one line for each setting of joint prototypes over its training, means over seeds. The black steps are the monotone curve that is nearest to all measurements of an objective (isotonic least squares). Below: what it leaves. "
	for _, fit := range fits {
		f.Caption += fit.text() + " "
	}
	f.Caption += "If the path alone decided, lines would lie on the steps and residuals at 0. Lines of one colour that leave them say which setting matters beyond the path."
	columns := min(3, len(fits))
	var panels []panel
	for from := 0; from < len(fits); from += columns {
		for _, below := range []bool{false, true} {
			for i := from; i < from+columns; i++ {
				if i >= len(fits) {
					panels = append(panels, nil)
					continue
				}
				panels = append(panels, func() *plot.Plot { return fits[i].panel(below, i == from) })
			}
		}
	}
	var arms []*Arm
	for _, fit := range fits {
		for _, t := range fit.tracks {
			arms = append(arms, t.arm)
		}
	}
	f.drawn(panels, columns, 0.68, s.legend(arms, true, 0))
	return f, nil
}

// pathTrack is one setting's way: how far its prototypes have gone, and how many are apart.
type pathTrack struct {
	arm          *Arm
	path, unique []float64 // by measurement
	residual     []float64
}

// pathFit is the best monotone curve through all settings of an objective.
type pathFit struct {
	objective string
	tracks    []pathTrack
	at, level []float64 // the curve: ascending paths, and what it says from each on
	explained float64   // share of the variance
}

func newPathFit(objective string, arms []*Arm, paths, counts curves) pathFit {
	fit := pathFit{objective: objective}
	var x, y []float64
	for _, a := range arms {
		p, c := paths.of(a, ""), counts.of(a, "")
		if len(p.Steps) < 2 || !slices.Equal(p.Steps, c.Steps) {
			continue
		}
		fit.tracks = append(fit.tracks, pathTrack{arm: a, path: p.Mean, unique: c.Mean})
		x, y = append(x, p.Mean...), append(y, c.Mean...)
	}
	if len(fit.tracks) < 3 {
		return fit
	}
	fit.at = slices.Sorted(slices.Values(x))
	var levels []float64
	levels, fit.explained = stats.Monotone(x, y)
	of := map[float64]float64{}
	for i, at := range x {
		of[at] = levels[i]
	}
	for _, at := range fit.at {
		fit.level = append(fit.level, of[at])
	}
	for i := range fit.tracks {
		t := &fit.tracks[i]
		for j, at := range t.path {
			t.residual = append(t.residual, t.unique[j]-of[at])
		}
	}
	return fit
}

// worst is the setting whose measurements lie farthest from the curve on average, and by how much.
func (f pathFit) worst() (t pathTrack, mean float64) {
	for _, c := range f.tracks {
		if m := stats.Mean(c.residual); math.Abs(m) > math.Abs(mean) || t.arm == nil {
			t, mean = c, m
		}
	}
	return t, mean
}

func (f pathFit) text() string {
	t, mean := f.worst()
	if math.IsNaN(f.explained) {
		return fmt.Sprintf("%s: nothing varies.", f.objective)
	}
	return fmt.Sprintf("%s: the curve explains %.0f %% of the variance; it fails most for %s, which lies %.1f points %s it on average.",
		f.objective, 100*f.explained, t.arm.Label, math.Abs(mean), map[bool]string{true: "above", false: "below"}[mean > 0])
}

// pathPlace puts paths on a logarithmic axis on which 0 has a place.
func pathPlace(path float64) float64 { return math.Log10(1 + float64(100*path)) }

func pathTicks() plot.ConstantTicks {
	var at []float64
	var texts []string
	for _, v := range []float64{0, 0.1, 1, 10, 100, 1000} {
		at, texts = append(at, pathPlace(v)), append(texts, fmt.Sprintf("%g", v))
	}
	return drawing.Ticks(at, texts)
}

func (f pathFit) panel(below, first bool) *plot.Plot {
	p := drawing.NewPanel("", "", "", drawing.TextSize)
	drawing.LightGrid(p)
	p.X.Tick.Marker = pathTicks()
	p.X.Min, p.X.Max = 0, pathPlace(f.at[len(f.at)-1])
	if below {
		p.X.Label.Text = "path, rad"
	} else {
		p.Title.Text = f.objective
	}
	if first {
		p.Y.Label.Text = map[bool]string{false: metric.Spec.Shows(unique()) + " of K", true: "residual, points"}[below]
	}
	black := draw.LineStyle{Color: drawing.Palette()[3], Width: vg.Points(1.8)}
	for _, t := range f.tracks {
		values := t.unique
		if below {
			values = t.residual
		}
		var line plotter.XYs
		for i, v := range values {
			line = append(line, plotter.XY{X: pathPlace(t.path[i]), Y: v})
		}
		drawing.AddLine(p, line, t.arm.style.Line())
	}
	if below {
		drawing.AddLine(p, plotter.XYs{{X: p.X.Min}, {X: p.X.Max}}, black)
		p.Y.Tick.Marker = drawing.WholeTicks(p.Y.Min, p.Y.Max)
		return p
	}
	drawing.PercentAxis(&p.Y)
	places := make([]float64, len(f.at))
	for i, at := range f.at {
		places[i] = pathPlace(at)
	}
	drawing.AddLine(p, drawing.Steps(places, f.level), black)
	return p
}
