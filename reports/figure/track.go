package figure

import (
	"math"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/uniqueness"
)

// track is what figures need of one run's epochs.jsonl: few of its many values, so that a thousand
// runs fit.
type track struct {
	steps  []float64
	values map[string]map[string][]float64 // by learner, "" for the arm's own, and key; NaN where not measured
	merged []meeting                       // of the arm's own prototypes at the smallest ε

	keys map[string]bool // that are kept
}

func newTrack() *track {
	return &track{values: map[string]map[string][]float64{}, keys: tracked()}
}

// meeting is a prototype that came near another one between two measurements.
type meeting struct {
	step         float64
	one, another int
}

// tracked are the values that figures draw over training, those whose key begins with a part below
// aside.
func tracked() map[string]bool {
	return map[string]bool{metrics.Headline(): true, uniqueness.Key(smallest()): true, pathKey: true, "code_entropy": true, "divergence": true}
}

// trackedParts begin the keys of the other values that figures draw over training.
func trackedParts() [2]string { return [2]string{"gradient.", "nearest_cosine."} }

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
	t := newTrack()
	for i, l := range lines {
		t.steps = append(t.steps, float64(l.Step))
		t.take("", l.Metrics, i, len(lines))
		for name, m := range l.Observers {
			t.take(name, m, i, len(lines))
		}
		for name, p := range l.Probes {
			t.take(name, p.Values, i, len(lines))
		}
		for _, pair := range l.Probes[""].Merged[uniqueness.EpsilonText(smallest())] {
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
		parts := trackedParts()
		if !t.keys[key] && !strings.HasPrefix(key, parts[0]) && !strings.HasPrefix(key, parts[1]) {
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
