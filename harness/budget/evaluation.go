package budget

import (
	"context"
	"fmt"
	"time"

	"protobench/encoders"
	"protobench/harness/cell"
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

// Evaluation estimates the time of a cell's curves and of its last measurement from samples of its
// images, as [Estimate] does. The rehearsal goes on from where it is.
func Evaluation(ctx context.Context, r *cell.Rehearsal) (time.Duration, error) {
	return clock(time.Now).measurements(ctx, r)
}

// clock tells the time.
type clock func() time.Time

// evaluation is the time of all measurements of a cell: curves and the last one, and the filling of
// statistics before it where nothing is trained, step by step.
func (x *estimator) evaluation(ctx context.Context, r *cell.Rehearsal, step time.Duration) (time.Duration, error) {
	var filling time.Duration
	if r.Job().Cell.Reference == "untrained" {
		filling = encoders.StatisticBatches * step
	}
	alike := evaluatedAlike(r)
	measuring, known := x.evaluated[alike]
	if !known {
		var err error
		if measuring, err = x.now.measurements(ctx, r); err != nil {
			return 0, err
		}
		x.evaluated[alike] = measuring
	}
	return filling + measuring, nil
}

// evaluatedAlike is what decides the time of a cell's measurements, as far as an estimate goes: how
// its learners make scores of embeddings does not.
func evaluatedAlike(r *cell.Rehearsal) string {
	c := &r.Job().Cell
	row := c.Reference
	if row == "untrained" || row == "supervised" {
		row = "network"
	}
	return fmt.Sprintf("%s %d×%d %+v %+v %+v %+v %v", row, 1+len(c.Composition.Observers), c.Prototypes(),
		c.Data(), c.Encoder(), c.Train(), c.Evaluate(), r.Set().Fingerprint)
}

// measurements is the time of curves and the last measurement.
func (now clock) measurements(ctx context.Context, r *cell.Rehearsal) (time.Duration, error) {
	c := &r.Job().Cell
	n, batch, factor := r.Set().Train.Len(), c.Train().Batch, 1
	if c.Reference == "pixels" {
		factor = pixelFactor
	}
	small, large := min(n, max(factor*smallSample, batch)), min(n, max(factor*largeSample, batch))
	times, watched := r.Curves()
	var curve, end [2]time.Duration
	for i, size := range []int{small, large} {
		if i > 0 && size == small {
			curve[i], end[i] = curve[0], end[0]
			break
		}
		var err error
		if curve[i], end[i], err = now.measure(ctx, r.Sample(size), times > 0); err != nil {
			return 0, err
		}
	}
	if times == 0 {
		return along(small, large, end, n), nil
	}
	return along(small, large, end, n) + time.Duration(times)*along(small, large, curve, watched), nil
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

// measure takes one measurement of each kind on a sample, and returns their times.
func (now clock) measure(ctx context.Context, s *cell.Sample, curves bool) (curve, end time.Duration, err error) {
	began := now()
	if curves {
		if err := s.Curve(); err != nil {
			return 0, 0, err
		}
		curve, began = now().Sub(began), now()
	}
	err = s.End(ctx)
	return curve, now().Sub(began), err
}
