package cell

import (
	"context"
	"time"

	"protobench/encoders"
	"protobench/methods"
	"protobench/metrics/metric"
)

// The rows that every accuracy is read against carry accuracies only, under both branches' names,
// so that they stand in the same columns as the arms.

// pixels measures the images themselves.
func (r *Run) pixels(ctx context.Context) (*outcome, error) {
	return r.row(ctx, asTheyAre)
}

// untrained measures the encoder before its first step.
func (r *Run) untrained(ctx context.Context) (*outcome, error) {
	s, err := r.beforeTraining()
	if err != nil {
		return nil, err
	}
	return r.network(ctx, s)
}

// beforeTraining is the cell's encoder before its first step, its batch-norm statistics filled.
func (r *Run) beforeTraining() (Supervised, error) {
	s, err := r.with.Engine.Untrained(r.config())
	if err != nil {
		return nil, err
	}
	next := r.batches.successive()
	for range encoders.StatisticBatches {
		if _, err := s.Step(next(), nil); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// supervised trains the encoder with labels and measures it.
func (r *Run) supervised(ctx context.Context) (*outcome, error) {
	s, err := r.with.Engine.Supervised(r.config(), r.set.Classes)
	if err != nil {
		return nil, err
	}
	if err := r.train(ctx, rowTrainee{s, r.batches}); err != nil {
		return nil, err
	}
	return r.network(ctx, s)
}

// network measures a row's network and keeps it.
func (r *Run) network(ctx context.Context, s Supervised) (*outcome, error) {
	o, err := r.row(ctx, backbone(s))
	if err != nil {
		return nil, err
	}
	return o, r.keep(s)
}

func backbone(s Supervised) extractor {
	return func(images []float32) ([]float32, []float32, error) {
		x, err := s.Features(images)
		return x, nil, err
	}
}

// row measures features.
func (r *Run) row(ctx context.Context, f extractor) (*outcome, error) {
	began := time.Now()
	defer func() { r.at.tally.eval += time.Since(began).Seconds() }()
	in, err := r.features(ctx, f, false)
	if err != nil {
		return nil, err
	}
	o := newOutcome()
	if err := o.measure(ctx, in, ofReference(metric.Teacher)); err != nil {
		return nil, err
	}
	warnings := o.warnings // the same features again have nothing new to say
	err = o.measure(ctx, in, ofReference(metric.Student))
	o.warnings = warnings
	return o, err
}

// rowTrainee is a row as it is trained.
type rowTrainee struct {
	Supervised
	batches *batches
}

func (rowTrainee) prepare() error { return nil }

func (t rowTrainee) step(n int) (methods.StepResult, error) {
	views, indices := t.batches.at(n)
	labels := make([]int, 0, 2*len(indices))
	for range 2 { // both views of an image have its label
		for _, i := range indices {
			labels = append(labels, t.batches.images.Labels[i])
		}
	}
	loss, err := t.Step(views, labels)
	return methods.StepResult{Loss: loss}, err
}

func (rowTrainee) measure() (measurement, error) { return measurement{}, nil }
