package harness

import (
	"context"
	"fmt"
	"time"

	"protobench/datasets"
)

// Evaluation is timed on two samples of the training images: what does not grow with their number,
// as covers of prototypes, is the same on both. Probes of fewer images than features have dimensions
// take longer than their number says, as every fit of them can be made better still: images as they
// are get larger samples.
const (
	smallSample = 64
	largeSample = 256
	pixelFactor = 4 // times as many
)

// evaluation is the time of all measurements of a cell: curves and the last one, and the filling of
// statistics before it where nothing is trained.
func (s *subject) evaluation(ctx context.Context) (filling time.Duration, err error) {
	if s.job.Cell.Reference == "untrained" {
		if filling, err = s.fill(ctx); err != nil {
			return 0, err
		}
	}
	alike := s.alike()
	measuring, known := s.evaluated[alike]
	if !known {
		if measuring, err = s.measurements(ctx); err != nil {
			return 0, err
		}
		s.evaluated[alike] = measuring
	}
	return filling + measuring, nil
}

// alike is what decides the time of a cell's measurements, as far as an estimate goes: how its
// learners make scores of embeddings does not.
func (s *subject) alike() string {
	c := &s.job.Cell
	row := c.Reference
	if row == "untrained" || row == "supervised" {
		row = "network"
	}
	return fmt.Sprintf("%s %d×%d %+v %+v %+v %+v %v", row, 1+len(c.Composition.Observers), c.Prototypes(),
		c.Data(), c.Encoder(), c.Train(), c.Evaluate(), s.set.Fingerprint)
}

// measurements is the time of curves and the last measurement.
func (s *subject) measurements(ctx context.Context) (time.Duration, error) {
	n, factor := s.set.Train.Len(), 1
	if s.job.Cell.Reference == "pixels" {
		factor = pixelFactor
	}
	small, large := min(n, max(factor*smallSample, s.batches.size)), min(n, max(factor*largeSample, s.batches.size))
	var curve, end [2]time.Duration
	for i, size := range []int{small, large} {
		if i > 0 && size == small {
			curve[i], end[i] = curve[0], end[0]
			break
		}
		var err error
		if curve[i], end[i], err = s.measure(ctx, size); err != nil {
			return 0, err
		}
	}
	arm, ok := s.trainee.(armTrainee)
	if !ok {
		return along(small, large, end, n), nil
	}
	curves := time.Duration(newCadence(&s.job.Cell).count())
	return along(small, large, end, n) + curves*along(small, large, curve, arm.watched.Len()), nil
}

// along is the time for n images on the line through the times of two samples, as far as a busy
// machine leaves it between no growth at all and growth with n alone.
func along(small, large int, took [2]time.Duration, n int) time.Duration {
	alone := time.Duration(float64(took[1]) * float64(n) / float64(large))
	if small == large {
		return alone
	}
	line := took[1] + time.Duration(float64(took[1]-took[0])*float64(n-large)/float64(large-small))
	return min(max(line, min(took[1], alone)), max(took[1], alone))
}

// measure takes one measurement of each kind on a sample of n training images, and of as large a
// share of the other splits, and returns their times.
func (s *subject) measure(ctx context.Context, n int) (curve, end time.Duration, err error) {
	set := sampleOf(s.set, n)
	b := *s.batches
	b.images, b.perEpoch, b.epoch = &set.Train, max(1, n/b.size), -1
	r := &cellRun{job: s.job, set: set, batches: &b, cadence: newCadence(&s.job.Cell), engine: s.engine, team: s.team}
	began := s.now()
	if arm, ok := s.trainee.(armTrainee); ok {
		arm.batches, arm.watched = &b, &set.Train
		if _, err := arm.measure(); err != nil && !diverged(err) {
			return 0, 0, err
		}
		curve, began = s.now().Sub(began), s.now()
	}
	err = s.last(ctx, r)
	return curve, s.now().Sub(began), err
}

// last is the measurement at the end of a run, without what only constant features need: the
// network has hardly been trained.
func (s *subject) last(ctx context.Context, r *cellRun) (err error) {
	switch t := s.trainee.(type) {
	case armTrainee:
		_, err = r.measureAll(ctx, t.Trainer)
	case rowTrainee:
		_, err = r.row(ctx, backbone(t.Supervised))
	default:
		f := asTheyAre
		if s.network != nil {
			f = backbone(s.network)
		}
		_, err = r.row(ctx, f)
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
