package scalars

import (
	"maps"
	"math"
	"slices"

	"protobench/harness/store"
)

// The kinds of points, by the file that they are from.
const (
	Training = "training" // steps.jsonl: the signals of a step
	Measured = "measured" // epochs.jsonl: metrics of the arm and of its observers
	Probed   = "probed"   // epochs.jsonl: what the probes of learners found
	Final    = "final"    // result.json
)

// Point is what is known of one step, by one learner.
type Point struct {
	Kind    string        `json:"kind"`
	Step    int           `json:"step"`
	Epoch   *float64      `json:"epoch,omitempty"`   // none for the steps in between
	Learner string        `json:"learner,omitempty"` // an observer; "" for the arm's own
	Values  store.Metrics `json:"values"`            // by metric; not a number where undefined
}

// keys are the metrics of a point, sorted.
func (p Point) keys() []string { return slices.Sorted(maps.Keys(p.Values)) }

// Points reads the curves of a cell, finished or not, in the order of its files.
func Points(c *store.CellDir) ([]Point, error) {
	steps, err := c.Steps()
	if err != nil {
		return nil, err
	}
	epochs, err := c.Epochs()
	if err != nil {
		return nil, err
	}
	result, found, err := c.Result()
	if err != nil {
		return nil, err
	}
	out := training(steps)
	last := 0
	for _, e := range epochs {
		out, last = append(out, measured(e)...), e.Step
	}
	if len(steps) > 0 {
		last = max(last, steps[len(steps)-1].Step)
	}
	if found && len(result.Metrics) > 0 {
		epoch := float64(result.Outcome.Epoch)
		out = append(out, byLearner(Final, last, &epoch, result.Metrics, result.Observers)...)
	}
	return out, nil
}

func training(steps []store.Step) []Point {
	out := make([]Point, len(steps))
	for i, s := range steps {
		values := store.Metrics{"loss": s.Loss}
		maps.Copy(values, s.Values)
		out[i] = Point{Kind: Training, Step: s.Step, Values: values}
	}
	return out
}

// measured are the points of a measurement.
func measured(e store.Epoch) []Point {
	out := byLearner(Measured, e.Step, &e.Epoch, e.Metrics, e.Observers)
	for _, learner := range slices.Sorted(maps.Keys(e.Probes)) {
		out = append(out, Point{Probed, e.Step, &e.Epoch, learner, e.Probes[learner].Values})
	}
	return out
}

// byLearner are the arm's own metrics and those of its observers.
func byLearner(kind string, step int, epoch *float64, own store.Metrics, observers map[string]store.Metrics) []Point {
	out := []Point{{kind, step, epoch, "", own}}
	for _, learner := range slices.Sorted(maps.Keys(observers)) {
		out = append(out, Point{kind, step, epoch, learner, observers[learner]})
	}
	return out
}

// defined tells numbers that formats without NaN can hold.
func defined(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
