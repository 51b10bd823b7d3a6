package bench

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/internal/setting"
	"protobench/internal/team"
)

// AfterApply refuses flags of a made-up step beside a sweep, which says all of that itself.
func (b stepCommand) AfterApply(k *kong.Context) error {
	if b.Sweep == "" {
		return nil
	}
	for _, p := range k.Path {
		if p.Flag != nil && slices.Contains([]string{"encoder", "batch", "prototypes", "winograd", "method", "augment"}, p.Flag.Name) {
			return fmt.Errorf("--%s: the arm of a sweep has its own; drop it, or --sweep", p.Flag.Name)
		}
	}
	return nil
}

// ofSweep is an arm as a sweep has it.
func (b stepCommand) ofSweep(ctx context.Context, w *Host, team *team.Team) (*stepSubject, error) {
	p, data, err := w.Plan(ctx, b.Sweep)
	if err != nil {
		return nil, err
	}
	job, err := b.job(p)
	if err != nil {
		return nil, err
	}
	for _, warning := range harness.Warnings([]cell.Job{*job}) {
		w.Warn(warning.String())
	}
	a, err := rehearsed(job, data, team)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return &stepSubject{
		stepCounts: a.Trainer().(stepCounts), config: a.Config(), whole: true, step: a.Lap,
		conclude: func(r *stepReport, laps *stepLaps) error {
			evaluation, err := budget.Evaluation(ctx, a)
			if err != nil {
				return cmp.Or(ctx.Err(), err)
			}
			r.stepOfArm = &stepOfArm{
				Sweep: p.Sweep.Name, Arm: armOf(job), Seed: job.Cell.Seed, ViewsS: median(laps.views), ObserversS: median(laps.observers),
				CellSteps: job.Cell.Steps(), EvalS: evaluation.Seconds(),
			}
			r.stepOfArm.conclude(r.StepS)
			return nil
		},
	}, nil
}

// rehearsed is a job's arm before its first step.
func rehearsed(job *cell.Job, data *datasets.Library, team *team.Team) (*cell.Rehearsal, error) {
	a, err := cell.Rehearse(job, cell.Real(), data, team)
	if err != nil {
		return nil, err
	}
	if err := a.Build(); err != nil {
		return nil, err
	}
	return a, a.Prepare()
}

// job is the one to be timed; reference rows have no arm.
func (b stepCommand) job(p *harness.Plan) (*cell.Job, error) {
	var labels []string
	for i := range p.Jobs {
		j := &p.Jobs[i]
		if j.Cell.Reference != "" {
			continue
		}
		label := armOf(j)
		if (b.Arm == "" || b.Arm == label) && (b.Seed == nil || *b.Seed == j.Cell.Seed) {
			return j, nil
		}
		if !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	if b.Seed != nil && (b.Arm == "" || slices.Contains(labels, b.Arm)) {
		return nil, fmt.Errorf("--seed %d: not one of the sweep's seeds %v", *b.Seed, p.Sweep.Seeds)
	}
	return nil, fmt.Errorf("no arm %q; %s", b.Arm, setting.Suggest(b.Arm, labels, "the sweep's arms are "+strings.Join(labels, "; ")))
}

func armOf(j *cell.Job) string {
	id := j.Identity()
	return id.Arm()
}

// stepOfArm is what an arm's step and its cell consist of.
type stepOfArm struct {
	Sweep      string  `json:"sweep"`
	Arm        string  `json:"arm"`
	Seed       uint64  `json:"seed"`
	ViewsS     float64 `json:"step_views_s"`     // of a step, median
	ObserversS float64 `json:"step_observers_s"` // of a step, median
	OwnS       float64 `json:"step_own_s"`       // what is left of it
	CellSteps  int     `json:"cell_steps"`
	TrainS     float64 `json:"cell_train_s"` // steps × the median step
	EvalS      float64 `json:"cell_eval_s"`  // curves and last measurement, estimated from a sample of the images
	CellS      float64 `json:"cell_s"`
	EvalShare  float64 `json:"cell_eval_share"` // 0..1
}

// conclude derives the rest from the time of a step.
func (a *stepOfArm) conclude(step float64) {
	a.OwnS = step - a.ViewsS - a.ObserversS
	a.TrainS = float64(float64(a.CellSteps) * step)
	a.CellS = a.TrainS + a.EvalS
	a.EvalShare = a.EvalS / a.CellS
}

func (a *stepOfArm) text() string {
	return fmt.Sprintf(`split   views %.2f ms, the arm itself %.2f ms, observers %.2f ms
cell    %d steps in %.1f s + measurements in about %.1f s (%.0f %%) = about %.1f s: %s, arm %s, seed %d
`,
		1e3*a.ViewsS, 1e3*a.OwnS, 1e3*a.ObserversS, a.CellSteps, a.TrainS, a.EvalS, 100*a.EvalShare, a.CellS, a.Sweep, a.Arm, a.Seed)
}
