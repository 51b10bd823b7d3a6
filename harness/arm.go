package harness

import (
	"context"
	"time"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/methods"
	"protobench/methods/part"
)

// armTrainee is an arm as it is trained.
type armTrainee struct {
	Trainer
	batches *batches
	watched *datasets.Images // that its curves are measured on, drawn from the training split
}

func newArmTrainee(t Trainer, j *Job, b *batches) armTrainee {
	watched := b.images
	if limit := j.Cell.Settings.Int("evaluate.usage_images"); 0 < limit && limit < watched.Len() {
		drawn := watched.Pick(watched.Draw(limit, 0, "usage-images")) // the same for all arms
		watched = &drawn
	}
	return armTrainee{t, b, watched}
}

func (a armTrainee) prepare() error { return a.Prepare(a.batches.successive()) }

func (a armTrainee) step(n int) (methods.StepResult, error) {
	views, _ := a.batches.at(n)
	return a.Step(views)
}

// measure takes the cheap metrics. A measurement that was begun is finished, as a checkpoint behind
// it counts on its line.
func (a armTrainee) measure() (own store.Metrics, observers map[string]store.Metrics, err error) {
	_, z, err := a.batches.extract(context.Background(), a.watched, branch(a, part.Teacher))
	if err != nil {
		return nil, nil, err
	}
	if !z.Finite() {
		return nil, nil, errDiverged
	}
	observers = map[string]store.Metrics{}
	for _, l := range a.Learned() {
		c := newCollector()
		if err := c.measure(context.Background(), prototypesOf(a.batches.augment.Team, l, z, nil), onCurve()); err != nil {
			return nil, nil, err
		}
		if l.Name == "" {
			own = c.metrics
		} else {
			observers[l.Name] = c.metrics
		}
	}
	return own, observers, nil
}

// arm trains and measures one arm.
func (r *cellRun) arm(ctx context.Context) (*outcome, error) {
	t, err := r.engine.Trainer(r.config())
	if err != nil {
		return nil, err
	}
	if err := r.train(ctx, newArmTrainee(t, r.job, r.batches)); err != nil {
		return nil, err
	}
	began := time.Now()
	o, err := r.finish(ctx, t)
	r.at.tally.eval += time.Since(began).Seconds()
	if err != nil {
		return nil, err
	}
	if err := r.keep(t); err != nil {
		return nil, err
	}
	if len(o.prototypes.Tensors) == 0 { // an arm without prototypes
		return o, nil
	}
	return o, r.dir.WritePrototypes(o.prototypes)
}
