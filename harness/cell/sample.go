package cell

import (
	"context"

	"protobench/datasets"
)

// Sample is a rehearsal on a part of its images, for measurements.
type Sample struct {
	rehearsal *Rehearsal
	run       *Run
	arm       armTrainee // where that is what is trained
}

// Sample is that of n training images, and of as large a share of the other splits.
func (r *Rehearsal) Sample(n int) *Sample {
	set := sampleOf(r.set, n)
	b := *r.batches
	b.images, b.perEpoch, b.epoch = &set.Train, max(1, n/b.size), -1
	s := &Sample{rehearsal: r}
	s.run = &Run{job: r.job, set: set, batches: &b, cadence: newCadence(&r.job.Cell), with: Setup{Engine: r.engine, Team: r.team}}
	if arm, ok := r.trainee.(armTrainee); ok {
		arm.batches, arm.watched = &b, &set.Train
		s.arm = arm
	}
	return s
}

// Curve takes one measurement of an arm's curves.
func (s *Sample) Curve() error {
	if _, err := s.arm.measure(); err != nil && !diverged(err) {
		return err
	}
	return nil
}

// End takes the measurement at the end of a run, without what only constant features need: the
// network has hardly been trained.
func (s *Sample) End(ctx context.Context) (err error) {
	switch t := s.rehearsal.trainee.(type) {
	case armTrainee:
		_, err = s.run.measureAll(ctx, t.Trainer)
	case rowTrainee:
		_, err = s.run.row(ctx, backbone(t.Supervised))
	default:
		f := asTheyAre
		if s.rehearsal.network != nil {
			f = backbone(s.rehearsal.network)
		}
		_, err = s.run.row(ctx, f)
	}
	return err
}

// sampleOf is a set of n training images and as large a share of its other images, evenly spread.
func sampleOf(set *datasets.Set, n int) *datasets.Set {
	out := *set
	share := func(im *datasets.Images) datasets.Images { return spreadOver(im, max(1, im.Len()*n/set.Train.Len())) }
	out.Train, out.Test = spreadOver(&set.Train, n), share(&set.Test)
	out.Probe = out.Train
	if set.Tailed() {
		out.Probe = share(&set.Probe)
	}
	return &out
}

// spreadOver picks n images at even distances.
func spreadOver(im *datasets.Images, n int) datasets.Images {
	out := datasets.Images{Height: im.Height, Width: im.Width, Channels: im.Channels}
	for k := range n {
		i := k * im.Len() / n
		out.Pixels, out.Labels = append(out.Pixels, im.Image(i)...), append(out.Labels, im.Labels[i])
		if im.Fine != nil {
			out.Fine = append(out.Fine, im.Fine[i])
		}
	}
	return out
}
