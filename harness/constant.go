package harness

import (
	"context"
	"fmt"
	"math"

	"protobench/metrics"
)

// constantShare bounds collapse to a point: features are constant once their relative standard
// deviation ([metrics.Input.RelativeStd]) is under this share of the untrained encoder's and of the
// images' own, both on the images that the arm is trained on. Where those hardly differ, the
// features of a sound encoder hardly do.
const constantShare = 0.1

// refuseConstant notes that the teacher's features have collapsed to a point (Chen and He 2021).
func (r *cellRun) refuseConstant(ctx context.Context, o *outcome) error {
	// No features deviate by more than √(n/(n-1)), so that most arms need nothing to compare with.
	if math.IsNaN(o.deviation) || o.deviation >= constantShare*math.Sqrt2 {
		return nil
	}
	untrained, err := r.untrainedStd(ctx)
	if err != nil {
		return err
	}
	images, err := r.relativeStd(ctx, asTheyAre)
	if err != nil {
		return err
	}
	if o.deviation < constantShare*min(untrained, images) {
		o.collapsed = fmt.Sprintf("teacher features' standard deviation is %.3g of 1/√d, under %g of the untrained encoder's %.3g and of the images' %.3g",
			o.deviation, constantShare, untrained, images)
	}
	return nil
}

// untrainedStd is the deviation of the arm's encoder before its first step, its batch-norm
// statistics filled as in the row untrained.
func (r *cellRun) untrainedStd(ctx context.Context) (float64, error) {
	s, err := r.beforeTraining()
	if err != nil {
		return 0, err
	}
	return r.relativeStd(ctx, backbone(s))
}

// relativeStd is the deviation of features of the training images; without one nothing has fallen
// under it, which NaN says in every comparison.
func (r *cellRun) relativeStd(ctx context.Context, f extractor) (float64, error) {
	x, _, err := r.batches.extract(ctx, r.batches.images, f)
	if err != nil {
		return 0, err
	}
	return relativeStdOf(&metrics.Input{FrozenFeatures: metrics.FrozenFeatures{Train: x}}), nil
}

func relativeStdOf(in *metrics.Input) float64 {
	if deviation, ok := in.RelativeStd(); ok {
		return deviation
	}
	return math.NaN()
}

// asTheyAre takes the images themselves for features.
func asTheyAre(images []float32) (backbone, embedding []float32, err error) { return images, nil, nil }
