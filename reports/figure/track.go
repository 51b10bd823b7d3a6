package figure

import (
	"math"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
)

// track is what figures need of one run's epochs.jsonl: few of its many values, so that a thousand
// runs fit.
type track struct {
	steps  []float64
	values map[string]map[string][]float64 // by learner, "" for the arm's own, and key; NaN where not measured
	merged []meeting                       // of the arm's own prototypes at the smallest ε
}

// meeting is a prototype that came near another one between two measurements.
type meeting struct {
	step         float64
	one, another int
}

// tracked reports whether figures draw a value over training.
func tracked(key string) bool {
	switch key {
	case metrics.Headline(), metrics.UniqueKey(smallest()), pathKey, "code_entropy", "divergence":
		return true
	}
	return strings.HasPrefix(key, "gradient.") || strings.HasPrefix(key, "nearest_cosine.")
}

// pathKey is the metric of how far prototypes have gone.
const pathKey = "path"

func (r *Run) collapsed() bool { return r.Result.Outcome.Status == store.Collapsed }

// track reads the run's epochs once.
func (r *Run) track() (*track, error) {
	if r.read != nil {
		return r.read, nil
	}
	lines, err := r.Dir.Epochs()
	if err != nil {
		return nil, err
	}
	t := &track{values: map[string]map[string][]float64{}}
	for i, l := range lines {
		t.steps = append(t.steps, float64(l.Step))
		t.take("", l.Metrics, i, len(lines))
		for name, m := range l.Observers {
			t.take(name, m, i, len(lines))
		}
		for name, p := range l.Probes {
			t.take(name, p.Values, i, len(lines))
		}
		for _, pair := range l.Probes[""].Merged[metrics.EpsilonText(smallest())] {
			t.merged = append(t.merged, meeting{float64(l.Step), pair[0], pair[1]})
		}
	}
	r.read = t
	return t, nil
}

// take keeps what is tracked of a learner's values at the i-th of n measurements.
func (t *track) take(learner string, values store.Metrics, i, n int) {
	byKey := t.values[learner]
	if byKey == nil {
		byKey = map[string][]float64{}
		t.values[learner] = byKey
	}
	for key, v := range values {
		if !tracked(key) {
			continue
		}
		if byKey[key] == nil {
			byKey[key] = make([]float64, n)
			for j := range byKey[key] {
				byKey[key][j] = math.NaN()
			}
		}
		byKey[key][i] = v
	}
}
