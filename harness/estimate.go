package harness

import (
	"context"
	"fmt"
	"time"

	"protobench/datasets"
)

// timedSteps is how many steps an estimate runs, after one that warms up.
const timedSteps = 3

// Budget is what an arm's cells, or those of a reference row, take, on one core each.
type Budget struct {
	Arm      string // as tables name it
	Cells    int
	Steps    int           // of one cell; 0 for a row that is not trained
	Step     time.Duration // measured
	Evaluate time.Duration // curves and last measurement of one cell, from a sample of the images
	Memory   Memory
}

// Training is cells × steps × the time of a step.
func (b Budget) Training() time.Duration { return time.Duration(b.Cells*b.Steps) * b.Step }

// Evaluation is cells × the time of their measurements.
func (b Budget) Evaluation() time.Duration { return time.Duration(b.Cells) * b.Evaluate }

// Total is training and evaluation.
func (b Budget) Total() time.Duration { return b.Training() + b.Evaluation() }

// Estimate measures each distinct arm and row on this machine, for a few steps and on a sample of
// the images, and returns what its cells take, in the order of the plan. Nothing is written. When
// ctx ends it gives up with its error.
func Estimate(ctx context.Context, jobs []Job, e Engine, data *Library) ([]Budget, error) {
	var all []Budget
	known := map[string]int{} // an arm's place in all
	for i := range jobs {
		j := &jobs[i]
		c := &j.Cell
		arm := fmt.Sprintf("%+v %v", c.Composition, c.Axes)
		at, ok := known[arm]
		if !ok {
			b, err := estimateCell(ctx, j, e, data)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Composition.Name, err)
			}
			at, known[arm] = len(all), len(all)
			all = append(all, b)
		}
		all[at].Cells++
	}
	return all, nil
}

// estimateCell measures one job's cell.
func estimateCell(ctx context.Context, j *Job, e Engine, data *Library) (b Budget, err error) {
	id := j.Identity()
	b = Budget{Arm: id.Arm(), Steps: j.Cell.Steps()}
	set, err := data.Open(j.Cell.Data())
	if err != nil {
		return b, err
	}
	set = j.Cell.Sees(set)
	full, err := newBatches(set, &j.Cell)
	if err != nil {
		return b, err
	}
	b.Memory.Data = set.Bytes()
	s := &subject{job: j, engine: e, set: set, batches: full}
	if b.Steps > 0 {
		if b.Step, err = s.train(ctx); err != nil {
			return b, err
		}
	}
	if b.Evaluate, err = s.evaluation(ctx); err != nil {
		return b, err
	}
	b.Memory.of(s)
	return b, nil
}

// subject is a cell whose budget is estimated.
type subject struct {
	job     *Job
	engine  Engine
	set     *datasets.Set
	batches *batches

	trainee trainee    // nil where nothing is trained
	network Supervised // of the row untrained
}

// train builds what is trained and returns the mean time of a few steps.
func (s *subject) train(ctx context.Context) (step time.Duration, err error) {
	if s.trainee, err = newTrainee(s.job, s.batches, s.set.Classes, s.engine, configOf(s.job, s.batches, nil)); err != nil {
		return 0, err
	}
	var began time.Time
	for i := range timedSteps + 1 {
		if i == 1 {
			began = time.Now()
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if _, err := s.trainee.step(i % s.batches.perEpoch); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / timedSteps, nil
}
