package harness

import (
	"fmt"
	"time"

	"protobench/methods"
)

// timedSteps is how many steps an estimate runs, after one that warms up.
const timedSteps = 3

// Estimate measures each distinct arm, and the row that is trained with labels, on this machine for a few steps, and
// adds up the training time of all jobs, on one core each, without evaluations. Nothing is written.
func Estimate(jobs []Job, e Engine, data *Library) (time.Duration, error) {
	var total time.Duration
	known := map[string]time.Duration{}
	for i := range jobs {
		j := &jobs[i]
		set, err := data.Open(j.Cell.Settings.Data)
		if err != nil {
			return 0, err
		}
		if j.steps(set) == 0 {
			continue
		}
		arm := fmt.Sprintf("%+v %v", j.Cell.Composition, j.Cell.Axes)
		if _, ok := known[arm]; !ok {
			if known[arm], err = stepTime(&work{job: j, set: set, engine: e}); err != nil {
				return 0, fmt.Errorf("%s: %w", j.Cell.Composition.Name, err)
			}
		}
		total += time.Duration(j.steps(set)) * known[arm]
	}
	return total, nil
}

// stepTime is the mean time of a few steps.
func stepTime(w *work) (time.Duration, error) {
	var err error
	if w.batches, err = newBatches(w.set, &w.job.Cell.Settings, w.job.Cell.Seed); err != nil {
		return 0, err
	}
	step, err := w.stepper()
	if err != nil {
		return 0, err
	}
	var began time.Time
	for i := range timedSteps + 1 {
		if i == 1 {
			began = time.Now()
		}
		w.step = i % w.batches.perEpoch
		if _, err := step(); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / timedSteps, nil
}

// stepper builds the cell's trainer and returns its step.
func (w *work) stepper() (func() (methods.Signals, error), error) {
	if w.job.Cell.Reference == "supervised" {
		s, err := w.engine.Supervised(w.config(), w.set.Classes)
		return func() (methods.Signals, error) { return w.supervisedStep(s) }, err
	}
	t, err := w.engine.Arm(w.config())
	return func() (methods.Signals, error) { return w.armStep(t) }, err
}
