package budget

import (
	"context"
	"fmt"
	"strings"
	"time"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/sweep"
)

// timedSteps is how many steps an estimate runs, after one that warms up.
const timedSteps = 3

// Arm is what an arm's cells, or those of a reference row, take, on one core each.
type Arm struct {
	Name     string // as tables name it
	Cells    int
	Steps    int           // of one cell; 0 for a row that is not trained
	Step     time.Duration // measured
	Evaluate time.Duration // curves and last measurement of one cell, from a sample of the images
	Memory   cell.Memory
	Need     cell.Need // of one cell at its peak
	Refused  string    // why its cells cannot run here, "" where they can; nothing of them is timed then
}

// Training is cells × steps × the time of a step.
func (a Arm) Training() time.Duration { return time.Duration(a.Cells*a.Steps) * a.Step }

// Evaluation is cells × the time of their measurements.
func (a Arm) Evaluation() time.Duration { return time.Duration(a.Cells) * a.Evaluate }

// Total is training and evaluation.
func (a Arm) Total() time.Duration { return a.Training() + a.Evaluation() }

// Estimate measures arms and rows on this machine, for a few steps and on a sample of the images,
// and returns what their cells take, in the order of the plan. What arms that take the same time
// have in common is measured once ([shape]), and so is the evaluation of those that are evaluated
// alike. Nothing is written. When ctx ends it gives up with its error.
func Estimate(ctx context.Context, jobs []cell.Job, e cell.Engine, data *datasets.Library) ([]Arm, error) {
	x := newEstimator(e, data)
	limit, by := Available()
	x.memory, x.by = budgetOf(limit, imagesOf(jobs, data)), by
	return x.all(ctx, jobs)
}

// estimator finds what arms take.
type estimator struct {
	engine    cell.Engine
	data      *datasets.Library
	now       clock
	evaluated map[string]time.Duration // what evaluation of a cell takes, by what decides it
	arms      map[string]Arm           // measured so far, by their shape

	needs  *needer
	memory int64 // bytes that a cell may hold; 0 for no limit
	by     string
}

func newEstimator(e cell.Engine, data *datasets.Library) *estimator {
	return &estimator{engine: e, data: data, now: time.Now, evaluated: map[string]time.Duration{}, arms: map[string]Arm{}, needs: newNeeder(e, data)}
}

func (x *estimator) all(ctx context.Context, jobs []cell.Job) ([]Arm, error) {
	var all []Arm
	known := map[string]int{} // an arm's place in all
	for i := range jobs {
		j := &jobs[i]
		c := &j.Cell
		id := fmt.Sprintf("%+v %v", c.Composition, c.Axes)
		at, ok := known[id]
		if !ok {
			a, err := x.arm(ctx, j)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Composition.Name, err)
			}
			at, known[id] = len(all), len(all)
			all = append(all, a)
		}
		all[at].Cells++
	}
	return all, nil
}

// arm is that of one job's cell, measured or as one of the same shape was.
func (x *estimator) arm(ctx context.Context, j *cell.Job) (Arm, error) {
	at, id := shape(&j.Cell), j.Identity()
	a, ok := x.arms[at]
	if !ok {
		var err error
		if a, err = x.cell(ctx, j); err != nil {
			return a, err
		}
		x.arms[at] = a
	}
	a.Name = id.Arm()
	return a, nil
}

// shape is what decides the time and the memory of a cell: its parts and what they read. Of numbers
// that are no integers, such as rates, temperatures and weights, it has only whether they are zero,
// but for those of the data and of their views.
func shape(c *sweep.Cell) string {
	parts := c.Composition
	parts.Name = ""
	out := fmt.Sprintf("%s %+v %s", c.Reference, parts, c.Images.Fingerprint)
	for _, k := range c.Named() {
		v := c.Settings.Get(k.Path)
		table, _, _ := strings.Cut(k.Path, ".")
		if f, ok := v.(float64); ok && table != "data" && table != "augment" {
			v = f != 0
		}
		out += fmt.Sprintf(" %s=%v", k.Path, v)
	}
	return out
}

// cell measures one job's cell, or finds what one of many prototypes takes from some of few.
func (x *estimator) cell(ctx context.Context, j *cell.Job) (a Arm, err error) {
	need, err := x.needs.of(j)
	if err != nil {
		return a, err
	}
	if why := tooLarge(need, x.memory, x.by); why != "" {
		return Arm{Steps: j.Cell.Steps(), Need: need, Refused: why}, nil
	}
	if k := j.Cell.Prototypes(); k > largestBuilt {
		a, err = x.extrapolated(ctx, j, k)
	} else {
		a, err = x.measured(ctx, j)
	}
	a.Need = need
	return a, err
}

// extrapolated is what a cell of many prototypes takes: step and sizes along the line through
// those of two smaller numbers, evaluation along a parabola, as it looks at pairs of them.
func (x *estimator) extrapolated(ctx context.Context, j *cell.Job, k int) (a Arm, err error) {
	var at [3]Arm
	for i := range at {
		if at[i], err = x.measured(ctx, reduced(j, i)); err != nil {
			return a, err
		}
	}
	a = at[2]
	of := func(value func(*Arm) int64) int64 { return line([2]int64{value(&at[1]), value(&at[2])}, k) }
	a.Step = time.Duration(of(func(a *Arm) int64 { return int64(a.Step) }))
	a.Memory.Prototypes = of(func(a *Arm) int64 { return a.Memory.Prototypes })
	a.Memory.State = of(func(a *Arm) int64 { return a.Memory.State })
	a.Evaluate = time.Duration(parabola([3]int64{int64(at[0].Evaluate), int64(at[1].Evaluate), int64(at[2].Evaluate)}, k, int64(at[2].Evaluate)/20))
	return a, nil
}

// measured measures one job's cell.
func (x *estimator) measured(ctx context.Context, j *cell.Job) (a Arm, err error) {
	a.Steps = j.Cell.Steps()
	r, err := cell.Rehearse(j, x.engine, x.data, nil)
	if err != nil {
		return a, err
	}
	if err := r.Build(); err != nil {
		return a, err
	}
	var step time.Duration
	if a.Steps > 0 || j.Cell.Reference == "untrained" {
		if step, err = x.timed(ctx, r.Step); err != nil {
			return a, err
		}
	}
	if a.Steps > 0 {
		a.Step = step
	}
	if a.Evaluate, err = x.evaluation(ctx, r, step); err != nil {
		return a, err
	}
	a.Memory = r.Memory()
	return a, nil
}

// timed returns the mean time of a few steps.
func (x *estimator) timed(ctx context.Context, step func(n int) error) (time.Duration, error) {
	var began time.Time
	for i := range timedSteps + 1 {
		if i == 1 {
			began = x.now()
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if err := step(i); err != nil {
			return 0, err
		}
	}
	return x.now().Sub(began) / timedSteps, nil
}
