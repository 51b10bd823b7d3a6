package harness

import (
	"context"
	"fmt"
	"math"
	"time"

	"protobench/harness/store"
	"protobench/methods"
	"protobench/metrics"
)

// train repeats step until the last epoch is done, measuring and checkpointing
// on the way. When ctx ends it saves and returns its error.
func (w *work) train(ctx context.Context, s stateful, step func() (methods.Signals, error), measure func() error) error {
	saved, begun := time.Now(), w.step
	for w.step < w.cadence.total() {
		if ctx.Err() != nil {
			return w.interrupt(ctx, s, begun)
		}
		if err := w.advance(step); err != nil {
			return err
		}
		if w.cadence.due(w.step) {
			if err := measure(); err != nil {
				return err
			}
		}
		if time.Since(saved) >= w.every || w.step == w.cadence.total() {
			if err := w.checkpoint(s); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return refuseNonFinite(s.State())
}

// interrupt saves what this run has done before giving way.
func (w *work) interrupt(ctx context.Context, s stateful, begun int) error {
	if w.step > begun {
		if err := w.checkpoint(s); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (w *work) checkpoint(s stateful) error {
	return w.logs.save(w.dir, s, w.step, w.tally, w.resumedAt)
}

// advance does one step and logs it.
func (w *work) advance(step func() (methods.Signals, error)) error {
	if w.cadence.due(w.step) {
		w.tally.lossSum, w.tally.lossN = 0, 0 // the measurement at this step has used it
	}
	if w.spare != nil && w.spare.Load() > 0 {
		w.team.Grow(int(w.spare.Swap(0)))
	}
	began := time.Now()
	signals, err := step()
	seconds := time.Since(began).Seconds()
	if err != nil {
		return fmt.Errorf("step %d: %w", w.step+1, err)
	}
	w.step++
	w.tally.train += seconds
	w.tally.stepMS = append(w.tally.stepMS, 1000*(seconds-signals.Observers.Seconds())) // a shadow's cost is not its arm's
	w.tally.lossSum += signals.Loss
	w.tally.lossN++
	if err := w.log(signals); err != nil {
		return err
	}
	if !finite(signals.Loss) {
		return fmt.Errorf("%w: the loss is %v at step %d", errDiverged, signals.Loss, w.step)
	}
	w.tell(w.event(Stepped, store.Metrics{metrics.LossKey(): signals.Loss}))
	return nil
}

// log writes a line at its cadence, and whenever something happened.
func (w *work) log(s methods.Signals) error {
	due := w.step%w.job.Cell.Settings.Evaluate.LogEvery == 0 || w.step == w.cadence.total()
	if !due && len(s.Events) == 0 && finite(s.Loss) {
		return nil
	}
	return w.logs.record(w.step, s)
}

// measure takes the cheap metrics and appends them to the curves.
func (w *work) measure(t Trainer) error {
	began := time.Now()
	line, err := w.snapshot(t)
	if err != nil {
		return err
	}
	w.tally.eval += time.Since(began).Seconds()
	if w.tally.lossN > 0 {
		line.Metrics[metrics.LossKey()] = w.tally.loss()
	}
	w.tell(w.event(Measured, line.Metrics))
	return w.logs.epochs.Append(line)
}

func (w *work) snapshot(t Trainer) (store.Epoch, error) {
	line := store.Epoch{Step: w.step, Epoch: w.cadence.epoch(w.step), Observers: map[string]store.Metrics{}}
	n := w.set.Train.Len()
	if limit := w.job.Cell.Settings.Evaluate.UsageImages; limit > 0 {
		n = min(n, limit)
	}
	// A measurement that was begun is finished, as a checkpoint behind it counts on its line.
	_, z, err := w.batches.extract(context.Background(), &w.set.Train, n, branch(t, methods.Teacher))
	if err != nil {
		return line, err
	}
	if !z.Finite() {
		return line, fmt.Errorf("%w: embeddings are not finite after step %d", errDiverged, w.step)
	}
	for _, l := range t.Learned() {
		c := newCollector()
		if err := c.measure(context.Background(), prototypesOf(l, z, nil), onCurve()); err != nil {
			return line, err
		}
		if l.Name == "" {
			line.Metrics = c.metrics
		} else {
			line.Observers[l.Name] = c.metrics
		}
	}
	return line, nil
}

// refuseNonFinite looks through everything that was learned.
func refuseNonFinite(state []methods.Named) error {
	for _, n := range state {
		if n.F32 != nil && !metrics.MatrixOf(1, len(n.F32), n.F32).Finite() || n.F64 != nil && !finite(n.F64...) {
			return fmt.Errorf("%w: %s is not finite at the end", errDiverged, n.Name)
		}
	}
	return nil
}

// event describes the cell now.
func (w *work) event(kind string, m store.Metrics) Event {
	epoch := 0.0
	if w.cadence.perEpoch > 0 {
		epoch = w.cadence.epoch(w.step)
	}
	steps := 0
	if w.set != nil { // its data could be opened
		steps = w.job.steps(w.set)
	}
	c := &w.job.Cell
	return Event{
		Kind: kind, Cell: w.job.Dir, Method: c.Composition.Name, Seed: c.Seed, Step: w.step, Steps: steps,
		Epoch: math.Round(1000*epoch) / 1000, Epochs: w.cadence.epochs, Metrics: m,
	}
}
