package cell

import (
	"context"
	"fmt"
	"math"

	"protobench/datasets"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// constantShare bounds collapse to a point: features are constant once their relative standard
// deviation ([geometry.RelativeStd]) is under this share of the untrained encoder's and of the
// images' own, all on the same images. Where those hardly differ, the features of a sound encoder
// hardly do.
const constantShare = 0.1

// suspicious tells the deviations that have to be compared with a bound. No features deviate by
// more than √(n/(n-1)), so that most arms need none.
func suspicious(deviation float64) bool { return deviation < constantShare*math.Sqrt2 } // not NaN

// bounds are the deviations that those of a trained encoder are compared with.
type bounds struct{ untrained, images float64 }

// bounds measures them on some images.
func (r *Run) bounds(ctx context.Context, on *datasets.Images) (b bounds, err error) {
	if b.untrained, err = r.untrainedStd(ctx, on); err != nil {
		return b, err
	}
	b.images, err = r.relativeStd(ctx, on, asTheyAre)
	return b, err
}

// fallen says that features have collapsed to a point (Chen and He 2021); "" where they have not.
func (b bounds) fallen(deviation float64) string {
	if !(deviation < constantShare*min(b.untrained, b.images)) {
		return ""
	}
	return fmt.Sprintf("teacher features' standard deviation is %.3g of 1/√d, under %g of the untrained encoder's %.3g and of the images' %.3g",
		deviation, constantShare, b.untrained, b.images)
}

// refuseConstant notes that the teacher's features have collapsed to a point.
func (r *Run) refuseConstant(ctx context.Context, o *outcome) error {
	if !suspicious(o.deviation) {
		return nil
	}
	b, err := r.bounds(ctx, r.batches.images)
	if why := b.fallen(o.deviation); err == nil && why != "" {
		o.collapsed = why
	}
	return err
}

// untrainedStd is the deviation of the arm's encoder before its first step, its batch-norm
// statistics filled as in the row untrained.
func (r *Run) untrainedStd(ctx context.Context, on *datasets.Images) (float64, error) {
	s, err := r.beforeTraining()
	if err != nil {
		return 0, err
	}
	return r.relativeStd(ctx, on, backbone(s))
}

// relativeStd is the deviation of features of some images; without one nothing has fallen under it,
// which NaN says in every comparison.
func (r *Run) relativeStd(ctx context.Context, on *datasets.Images, f extractor) (float64, error) {
	x, _, err := r.batches.extract(ctx, on, f)
	if err != nil {
		return 0, err
	}
	return relativeStdOf(ofFeatures(x)), nil
}

// ofFeatures is an input of features alone.
func ofFeatures(x matrix.Matrix) *metric.Input {
	return &metric.Input{FrozenFeatures: metric.FrozenFeatures{Train: x}}
}

func relativeStdOf(in *metric.Input) float64 {
	if deviation, ok := geometry.RelativeStd(in); ok {
		return deviation
	}
	return math.NaN()
}

// asTheyAre takes the images themselves for features.
func asTheyAre(images []float32) (backbone, embedding []float32, err error) { return images, nil, nil }
