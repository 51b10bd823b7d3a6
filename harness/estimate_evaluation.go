package harness

import (
	"context"
	"errors"
	"time"

	"protobench/datasets"
)

// An arm's evaluation is timed on two samples of the training images: what does not grow with their
// number, as covers of prototypes, is the same on both. That of features alone is taken to grow with
// the images, from the small sample.
const (
	smallSample = 64
	largeSample = 256
)

// evaluation is the time of all measurements of a cell: curves and the last one.
func (s *subject) evaluation(ctx context.Context) (time.Duration, error) {
	n := s.set.Train.Len()
	small, large := min(n, max(smallSample, s.batches.size)), min(n, max(largeSample, s.batches.size))
	var curve, end [2]time.Duration
	if s.trainee == nil { // features alone, whose probes take long enough on one sample
		_, took, err := s.measure(ctx, small)
		return along(small, small, [2]time.Duration{took, took}, n), err
	}
	for i, size := range []int{small, large} {
		var err error
		if curve[i], end[i], err = s.measure(ctx, size); err != nil {
			return 0, err
		}
	}
	seen := n
	if arm, ok := s.trainee.(armTrainee); ok {
		seen = arm.seen
	}
	curves := time.Duration(newCadence(&s.job.Cell).count())
	return along(small, large, end, n) + curves*along(small, large, curve, seen), nil
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
	r := &cellRun{job: s.job, set: set, batches: &b, cadence: newCadence(&s.job.Cell), engine: s.engine}
	began := time.Now()
	if arm, ok := s.trainee.(armTrainee); ok {
		arm.batches, arm.seen = &b, n
		if _, _, err := arm.measure(); err != nil && !errors.Is(err, errDiverged) {
			return 0, 0, err
		}
		curve, began = time.Since(began), time.Now()
	}
	err = s.last(ctx, r)
	return curve, time.Since(began), err
}

// last is the measurement at the end of a run.
func (s *subject) last(ctx context.Context, r *cellRun) (err error) {
	switch t := s.trainee.(type) {
	case armTrainee:
		_, err = r.finish(ctx, t.Trainer)
	case rowTrainee:
		_, err = r.row(ctx, backbone(t.Supervised))
	default:
		if s.job.Cell.Reference == "pixels" {
			_, err = r.pixels(ctx)
			return err
		}
		if s.network, err = s.engine.Untrained(r.config(), r.batches.successive()); err == nil {
			_, err = r.row(ctx, backbone(s.network))
		}
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
