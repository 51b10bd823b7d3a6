package harness

import (
	"fmt"
	"time"

	"protobench/methods"
)

// timedSteps is how many steps an estimate runs, after one that warms up.
const timedSteps = 3

// Budget is the training time of an arm's cells, on one core each, without evaluations.
type Budget struct {
	Arm   string // as tables name it
	Cells int
	Steps int           // of one cell
	Step  time.Duration // measured
}

// Total is cells × steps × the time of a step.
func (b Budget) Total() time.Duration { return time.Duration(b.Cells*b.Steps) * b.Step }

// Estimate measures each distinct arm, and the row that is trained with labels, on this machine for a few steps and returns
// what its cells take, in the order of the plan. Rows that are not trained are left out. Nothing is written.
func Estimate(jobs []Job, e Engine, data *Library) ([]Budget, error) {
	var all []Budget
	known := map[string]int{} // an arm's place in all
	for i := range jobs {
		j := &jobs[i]
		set, err := data.Open(j.Cell.Settings.Data)
		if err != nil {
			return nil, err
		}
		steps := j.steps(set)
		if steps == 0 {
			continue
		}
		arm := fmt.Sprintf("%+v %v", j.Cell.Composition, j.Cell.Axes)
		at, ok := known[arm]
		if !ok {
			step, err := stepTime(&work{job: j, set: set, engine: e})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", j.Cell.Composition.Name, err)
			}
			at, known[arm] = len(all), len(all)
			id := j.Identity()
			all = append(all, Budget{Arm: id.Arm(), Steps: steps, Step: step})
		}
		all[at].Cells++
	}
	return all, nil
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
