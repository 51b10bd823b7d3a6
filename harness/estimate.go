package harness

import (
	"fmt"
	"time"
)

// timedSteps is how many steps an estimate runs, after one that warms up.
const timedSteps = 3

// Estimate measures each distinct arm on this machine for a few steps and adds
// up the training time of all jobs, on one core each, without evaluations.
// Nothing is written.
func Estimate(jobs []Job, e Engine, data *Library) (time.Duration, error) {
	var total time.Duration
	known := map[string]time.Duration{}
	for i := range jobs {
		j := &jobs[i]
		set, err := data.Open(j.Cell.Settings.Data)
		if err != nil {
			return 0, err
		}
		if j.steps(set) == 0 || j.Cell.Reference != "" {
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

func stepTime(w *work) (time.Duration, error) {
	var err error
	if w.batches, err = newBatches(w.set, &w.job.Cell.Settings, w.job.Cell.Seed); err != nil {
		return 0, err
	}
	t, err := w.engine.Arm(w.config())
	if err != nil {
		return 0, err
	}
	if err := t.Prepare(w.batches.successive()); err != nil {
		return 0, err
	}
	var began time.Time
	for i := range timedSteps + 1 {
		if i == 1 {
			began = time.Now()
		}
		views, _ := w.batches.at(i % w.batches.perEpoch)
		if _, err := t.Step(views); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / timedSteps, nil
}
