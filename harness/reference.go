package harness

import (
	"context"
	"errors"
	"time"

	"protobench/methods"
	"protobench/metrics"
)

// reference measures one of the rows that every accuracy is read against.
// They carry accuracies only, under both branches' names, so that they stand
// in the same columns as the arms.
func (w *work) reference(ctx context.Context) (o *outcome, err error) {
	if w.job.Cell.Reference == "pixels" {
		return w.frozenRow(ctx, func(images []float32) ([]float32, []float32, error) { return images, nil, nil })
	}
	s, err := w.supervised(ctx)
	if err != nil {
		return nil, err
	}
	return w.frozenRow(ctx, func(images []float32) ([]float32, []float32, error) {
		x, err := s.Features(images)
		return x, nil, err
	})
}

func (w *work) frozenRow(ctx context.Context, f extractor) (*outcome, error) {
	began := time.Now()
	defer func() { w.tally.eval += time.Since(began).Seconds() }()
	in, err := w.features(ctx, f, false)
	if err != nil {
		return nil, err
	}
	o := newOutcome()
	if err := o.measure(ctx, in, ofReference(metrics.Teacher)); err != nil {
		return nil, err
	}
	warnings := o.warnings // the same features again have nothing new to say
	err = o.measure(ctx, in, ofReference(metrics.Student))
	o.warnings = warnings
	return o, err
}

// supervised returns the encoder of an untrained row, or trains that of a supervised one.
func (w *work) supervised(ctx context.Context) (s Supervised, err error) {
	cfg := w.config()
	if w.job.Cell.Reference == "untrained" {
		return w.engine.Untrained(cfg, w.batches.successive())
	}
	if s, err = w.engine.Supervised(cfg, w.set.Classes); err != nil {
		return nil, err
	}
	if w.logs, err = openLogs(w.dir); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.logs.close()) }()
	if err := w.begin(s, func() error { return nil }); err != nil {
		return nil, err
	}
	return s, w.train(ctx, s, func() (methods.Signals, error) { return w.supervisedStep(s) }, func() error { return nil })
}

func (w *work) supervisedStep(s Supervised) (methods.Signals, error) {
	views, indices := w.batches.at(w.step)
	labels := make([]int, 0, 2*len(indices))
	for range 2 { // both views of an image have its label
		for _, i := range indices {
			labels = append(labels, w.set.Train.Labels[i])
		}
	}
	loss, err := s.Step(views, labels)
	return methods.Signals{Loss: loss}, err
}
