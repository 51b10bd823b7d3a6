package cell

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
	cadence cadence
	probes  *prober // nil where none are asked for
}

func newArmTrainee(t Trainer, j *Job, b *batches) armTrainee {
	watched := b.images
	if limit := j.Cell.Settings.Int("evaluate.usage_images"); 0 < limit && limit < watched.Len() {
		drawn := watched.Pick(watched.Draw(limit, 0, "usage-images")) // the same for all arms
		watched = &drawn
	}
	a := armTrainee{Trainer: t, batches: b, watched: watched, cadence: newCadence(&j.Cell)}
	if j.Cell.Settings.Bool("evaluate.probes") {
		a.probes = newProber()
	}
	return a
}

func (a armTrainee) prepare() error { return a.Prepare(a.batches.successive()) }

func (a armTrainee) step(n int) (methods.StepResult, error) {
	views, _ := a.batches.at(n)
	if a.probes != nil && a.cadence.due(n+1) {
		a.Probe()
	}
	r, err := a.Step(views)
	if a.probes != nil {
		a.probes.steps = r.Probes
	}
	return r, err
}

// measure takes the cheap metrics, and probes where they are asked for. A measurement that was
// begun is finished, as a checkpoint behind it counts on its line.
func (a armTrainee) measure() (m measurement, err error) {
	x, z, err := a.batches.extract(context.Background(), a.watched, branch(a, part.Teacher))
	if err != nil {
		return m, err
	}
	m.observers, m.signs = map[string]store.Metrics{}, noSigns()
	m.signs.deviation, m.signs.on = relativeStdOf(ofFeatures(x)), a.watched
	for _, l := range a.Learned() {
		c, in := newCollector(), prototypesOf(a.batches.augment.Team, l, z, nil)
		if err := c.measure(context.Background(), in, onCurve()); err != nil {
			return m, err
		}
		if l.Name == "" {
			m.own = c.metrics
			m.signs.look(&l, in)
		} else {
			m.observers[l.Name] = c.metrics
		}
		if a.probes == nil || l.K == 0 {
			continue
		}
		if m.probes == nil {
			m.probes = map[string]store.Probe{}
		}
		m.probes[l.Name] = a.probes.look(l.Name, in)
	}
	return m, nil
}

// State has what probes are compared with as well.
func (a armTrainee) State() []part.Named {
	if a.probes == nil {
		return a.Trainer.State()
	}
	return append(a.Trainer.State(), a.probes.state()...)
}

// Load takes such a state back, with or without that.
func (a armTrainee) Load(state []part.Named) error {
	p := a.probes
	if p == nil {
		p = newProber() // of which nothing is kept
	}
	return a.Trainer.Load(p.load(state))
}

// arm trains and measures one arm.
func (r *Run) arm(ctx context.Context) (*outcome, error) {
	t, err := r.with.Engine.Trainer(r.config())
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
	if stopped := r.at.tally.watched.stopped; stopped != "" {
		o.collapsed = stopped
	}
	if err := r.keep(t); err != nil {
		return nil, err
	}
	if len(o.prototypes.Tensors) == 0 { // an arm without prototypes
		return o, nil
	}
	return o, r.dir.WritePrototypes(o.prototypes)
}
