package reports

import (
	"math"
	"sort"

	"protobench/harness/store"
	"protobench/reports/drawing"
	"protobench/stats"
)

// curve is one measure over training, over the seeds of an arm.
type curve struct {
	drawing.Curve
	lacking bool // a counted run has no epochs on disk
}

// curves holds one measure's curve of every learner of every arm.
type curves struct {
	byArm map[*arm]map[string]curve // by observer, "" for the arm's own learner
	last  float64                   // the last step of all
}

func (c curves) of(a *arm, observer string) curve { return c.byArm[a][observer] }

// curves reads the epochs of all arms.
func (s *sweep) curves(m measure) (curves, error) {
	out := curves{byArm: map[*arm]map[string]curve{}}
	for _, a := range s.trained() {
		out.byArm[a] = map[string]curve{}
		for _, name := range append([]string{""}, a.observers()...) {
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

// curve reads the epochs of the counted runs and keeps the steps that all of them
// measured, so that no point of the mean rests on fewer seeds than its neighbour.
func (a *arm) curve(m measure, observer string) (curve, error) {
	at := map[int][]float64{}
	runs, lacking := 0, false
	for _, r := range a.counted() {
		if m.misleads(r) {
			continue
		}
		lines, err := r.Dir.Epochs()
		if err != nil {
			return curve{}, err
		}
		if len(lines) == 0 {
			lacking = true
			continue
		}
		runs++
		for _, l := range lines {
			if v := m.of(measuredBy(l, observer), r.k); !math.IsNaN(v) {
				at[l.Step] = append(at[l.Step], v)
			}
		}
	}
	c := shared(at, runs)
	c.lacking = lacking
	return c, nil
}

func measuredBy(l store.Epoch, observer string) store.Metrics {
	if observer == "" {
		return l.Metrics
	}
	return l.Observers[observer]
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
		c.Steps = append(c.Steps, float64(s))
		c.Mean = append(c.Mean, stats.Mean(v))
		sort.Float64s(v)
		c.Low, c.Top = append(c.Low, v[0]), append(c.Top, v[len(v)-1])
	}
	return c
}
