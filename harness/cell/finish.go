package cell

import (
	"context"
	"math"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
)

// outcome is what the last measurement of a cell gives.
type outcome struct {
	*collector
	observers  map[string]store.Metrics
	prototypes *tensorfile.File
	deviation  float64 // relative standard deviation of the teacher's features; NaN without one
	collapsed  string  // why the arm counts as totally collapsed; "" otherwise
}

func newOutcome() *outcome {
	return &outcome{collector: newCollector(), observers: map[string]store.Metrics{}, prototypes: &tensorfile.File{}, deviation: math.NaN()}
}

// finish measures a trained arm and judges whether its features are constant.
func (r *Run) finish(ctx context.Context, t Trainer) (*outcome, error) {
	o, err := r.measureAll(ctx, t)
	if err != nil {
		return nil, err
	}
	return o, r.refuseConstant(ctx, o)
}

// measureAll measures a trained arm on all images: prototypes and their use, then the frozen
// features of both branches. The cell's threads share the work of the probes.
func (r *Run) measureAll(ctx context.Context, t Trainer) (*outcome, error) {
	o, extra := newOutcome(), r.job.Cell.Settings.Bool("evaluate.extra")
	for _, br := range []part.Branch{part.Teacher, part.Student} {
		in, err := r.features(ctx, branch(t, br), extra)
		if err != nil {
			return nil, err
		}
		if br == part.Teacher {
			if err := o.learners(ctx, t.Learned(), in, r.at.tally.loss(), extra); err != nil {
				return nil, err
			}
			o.deviation = relativeStdOf(in)
		}
		if err := o.measure(ctx, in, atEnd(metric.OfFeatures, metric.Branch(br.String()), extra)); err != nil {
			return nil, err
		}
	}
	return o, o.measure(ctx, &metric.Input{Training: r.at.tally.training()}, atEnd(metric.OfTraining, "", extra))
}

// learners measures every learner on the teacher's embeddings of all training images.
func (o *outcome) learners(ctx context.Context, learners []methods.Learned, teacher *metric.Input, loss float64, extra bool) error {
	for _, l := range learners {
		c, prefix := o.collector, ""
		if l.Name != "" {
			c, prefix = newCollector(), "observer."+l.Name+"."
			o.observers[l.Name] = c.metrics
		}
		in := prototypesOf(teacher.Team, l, teacher.Embeddings, teacher.TrainY)
		if err := c.measure(ctx, in, atEnd(metric.OfPrototypes, "", extra)); err != nil {
			return err
		}
		if l.Name != "" {
			o.adopt(prefix, c)
		}
		if l.K == 0 {
			continue
		}
		o.keep(prefix, l, in)
		if l.Name == "" {
			o.refuseUniform(in, loss)
			o.refuseOneForAll(in)
		}
	}
	return nil
}

// keep stores a learner's prototypes and their use for reports and other tools.
func (o *outcome) keep(prefix string, l methods.Learned, in *metric.Input) {
	add := func(name string, shape []int, f []float32, n []int64) {
		o.prototypes.Tensors = append(o.prototypes.Tensors, tensorfile.Tensor{Name: prefix + name, Shape: shape, F32: f, I64: n})
	}
	shape := []int{l.K, l.D}
	add("prototypes.student", shape, l.Current[part.Student], nil)
	add("prototypes.teacher", shape, l.Current[part.Teacher], nil)
	add("prototypes.initial", shape, l.Initial, nil)
	add("usage.counts", []int{l.K}, nil, integers(in.Counts()))
	add("usage.owner", []int{l.K}, nil, integers(uniqueness.Owner(in)))
}

func integers(values []int) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}
