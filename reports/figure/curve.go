package figure

import (
	"math"
	"slices"

	"protobench/metrics/metric"
	"protobench/reports/drawing"
	"protobench/stats"
)

// curve is one quantity over training, over the seeds of an arm.
type curve struct {
	drawing.Curve
	lacking bool // a run has no epochs on disk
}

// curves holds one quantity's curve of every learner of every arm.
type curves struct {
	byArm map[*Arm]map[string]curve // by observer, "" for the arm's own learner
	last  float64                   // the last step of all
}

func (c curves) of(a *Arm, observer string) curve { return c.byArm[a][observer] }

// drawn reports whether an arm's own curve has anything to draw.
func (c curves) drawn(a *Arm) bool { return c.of(a, "").Drawn() }

// curves are those of a metric, as tables show it, or of a value of the probes.
func (s *Sweep) curves(m metric.Spec) (curves, error) {
	out := curves{byArm: map[*Arm]map[string]curve{}}
	for _, a := range s.Arms {
		out.byArm[a] = map[string]curve{}
		for _, name := range append([]string{""}, a.Observers...) {
			c, err := a.curve(m, name)
			if err != nil {
				return out, err
			}
			out.byArm[a][name] = c
			if c.Drawn() {
				out.last = max(out.last, c.Steps[len(c.Steps)-1])
			}
		}
	}
	return out, nil
}

// probed are the curves of a value of the probes, as docs/probes.md names it.
func (s *Sweep) probed(key string) (curves, error) { return s.curves(metric.Spec{Key: key}) }

// curve keeps the steps that all runs measured, so that no point of the mean rests on fewer seeds
// than its neighbour.
func (a *Arm) curve(m metric.Spec, observer string) (curve, error) {
	at := map[float64][]float64{}
	runs, lacking := 0, false
	for i := range a.Runs {
		r := &a.Runs[i]
		if m.Misleads(r.collapsed()) {
			continue
		}
		t, err := r.track()
		if err != nil {
			return curve{}, err
		}
		if len(t.steps) == 0 {
			lacking = true
			continue
		}
		runs++
		values := t.values[observer][m.Key]
		for j, step := range t.steps {
			if values != nil && !math.IsNaN(values[j]) {
				at[step] = append(at[step], m.Unit.Shown(values[j], r.K))
			}
		}
	}
	c := shared(at, runs)
	c.lacking = lacking
	return c, nil
}

// shared is the curve of the steps that so many runs have.
func shared(at map[float64][]float64, runs int) curve {
	var steps []float64
	for s, values := range at {
		if len(values) == runs {
			steps = append(steps, s)
		}
	}
	slices.Sort(steps)
	var c curve
	for _, s := range steps {
		c.Steps, c.Mean = append(c.Steps, s), append(c.Mean, stats.Mean(at[s]))
		c.Low, c.Top = append(c.Low, slices.Min(at[s])), append(c.Top, slices.Max(at[s]))
	}
	return c
}
