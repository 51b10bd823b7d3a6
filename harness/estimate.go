package harness

import (
	"fmt"
	"time"
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

// Estimate measures each distinct arm, and the row that is trained with labels, on this machine for
// a few steps and returns what its cells take, in the order of the plan. Rows that are not trained
// are left out. Nothing is written.
func Estimate(jobs []Job, e Engine, data *Library) ([]Budget, error) {
	var all []Budget
	known := map[string]int{} // an arm's place in all
	for i := range jobs {
		j := &jobs[i]
		c := &j.Cell
		if c.Steps() == 0 {
			continue
		}
		arm := fmt.Sprintf("%+v %v", c.Composition, c.Axes)
		at, ok := known[arm]
		if !ok {
			step, err := stepTime(j, e, data)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Composition.Name, err)
			}
			at, known[arm] = len(all), len(all)
			id := j.Identity()
			all = append(all, Budget{Arm: id.Arm(), Steps: c.Steps(), Step: step})
		}
		all[at].Cells++
	}
	return all, nil
}

// stepTime is the mean time of a few steps.
func stepTime(j *Job, e Engine, data *Library) (time.Duration, error) {
	set, err := data.Open(j.Cell.Data())
	if err != nil {
		return 0, err
	}
	set = j.Cell.Sees(set)
	b, err := newBatches(set, &j.Cell)
	if err != nil {
		return 0, err
	}
	t, err := newTrainee(j, b, set.Classes, e, configOf(j, b, nil))
	if err != nil {
		return 0, err
	}
	var began time.Time
	for i := range timedSteps + 1 {
		if i == 1 {
			began = time.Now()
		}
		if _, err := t.step(i % b.perEpoch); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / timedSteps, nil
}
