package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"protobench/harness/store"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/training"
)

// trainee is what is trained in a cell: an arm, or a row that learns the labels.
type trainee interface {
	stateful
	// Sound fails where a number of the state is not finite.
	Sound() error
	// prepare comes once, before the first step.
	prepare() error
	// step does the step that comes after n others.
	step(n int) (methods.StepResult, error)
	// measure returns what the curves show. It fails with a *methods.NonFinite where something is
	// not finite.
	measure() (measurement, error)
}

// measurement is a line of the curves.
type measurement struct {
	own       store.Metrics // nil where there are no curves
	observers map[string]store.Metrics
	probes    map[string]store.Probe // by learner, "" for the arm's own
	signs     signs
}

// newTrainee makes what is trained in a job's cell; the team may be nil.
func newTrainee(j *Job, b *batches, classes int, e Engine, cfg part.Config) (trainee, error) {
	if j.Cell.Reference != "" {
		s, err := e.Supervised(cfg, classes)
		return rowTrainee{s, b}, err
	}
	t, err := e.Trainer(cfg)
	return newArmTrainee(t, j, b), err
}

// trainingLoop trains one trainee from a run's progress on.
type trainingLoop struct {
	*Run
	trainee  trainee
	logs     *logs
	compared *bounds // of constant features; nil until some are suspicious
}

// train trains to the last epoch, measuring and checkpointing on the way. When ctx ends it saves
// and returns its error.
func (r *Run) train(ctx context.Context, t trainee) (err error) {
	logs, err := openLogs(r.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logs.close()) }()
	l := &trainingLoop{Run: r, trainee: t, logs: logs}
	if err := l.begin(); err != nil {
		return err
	}
	return l.steps(ctx)
}

// begin goes on from the checkpoint, or starts afresh.
func (l *trainingLoop) begin() error {
	cp, err := l.dir.Checkpoint()
	if err != nil {
		return err
	}
	if cp != nil {
		l.at.step = cp.Step
		l.at.resumedAt = slices.Concat(cp.ResumedAt, []int{cp.Step})
		l.at.tally, err = l.logs.restore(cp, l.trainee)
		return err
	}
	if err := l.logs.cut(store.Mark{}, store.Mark{}); err != nil {
		return err
	}
	if err := l.trainee.prepare(); err != nil {
		return err
	}
	return l.measure()
}

// over reports whether no step is left.
func (l *trainingLoop) over() bool {
	return l.at.step >= l.cadence.total() || l.at.tally.watched.stopped != ""
}

// steps does those that are left, or that the sweep's [watch] leaves.
func (l *trainingLoop) steps(ctx context.Context) error {
	pace, begun := newPace(l.with.Every, time.Now()), l.at.step
	for !l.over() {
		if ctx.Err() != nil {
			return l.interrupt(ctx, begun)
		}
		if err := l.advance(); err != nil {
			return err
		}
		if l.cadence.due(l.at.step) {
			if err := l.measure(); err != nil {
				return err
			}
		}
		if now := time.Now(); pace.due(now) || l.over() {
			if err := l.checkpoint(); err != nil {
				return err
			}
			pace.wrote(now, time.Now())
		}
	}
	return nil
}

// interrupt saves what this run has done before giving way, but not in the place of another process
// that has the cell now.
func (l *trainingLoop) interrupt(ctx context.Context, begun int) error {
	if l.at.step > begun && !errors.Is(context.Cause(ctx), store.ErrLost) {
		if err := l.checkpoint(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// checkpoint saves a state that is sound. One that is not leaves the last good checkpoint where it is.
func (l *trainingLoop) checkpoint() error {
	if err := l.sound(); err != nil {
		return err
	}
	return l.logs.save(l.dir, l.trainee, l.at, l.cadence.epoch(l.at.step))
}

// sound looks through everything that was learned.
func (l *trainingLoop) sound() error {
	if err := l.trainee.Sound(); err != nil {
		return fmt.Errorf("%w (found after step %d)", err, l.at.step)
	}
	return nil
}

// advance does one step and logs it.
func (l *trainingLoop) advance() error {
	at := &l.at
	if l.cadence.due(at.step) { // the measurement at this step has used it
		at.tally.lossSum, at.tally.lossN = 0, 0
	}
	if l.with.Spare.Load() > 0 {
		l.with.Team.Grow(int(l.with.Spare.Swap(0)))
	}
	began := time.Now()
	signals, err := l.trainee.step(at.step)
	if err != nil && !diverged(err) {
		return fmt.Errorf("step %d: %w", at.step+1, err)
	}
	at.step++
	at.tally.add(signals, time.Since(began))
	if err := l.log(signals, err != nil); err != nil {
		return err
	}
	switch {
	case err != nil:
		return err
	case !finite(signals.Loss):
		return &methods.NonFinite{Step: at.step, Loss: fmt.Sprint(signals.Loss)}
	}
	l.with.Tell(NewEvent(l.job, l.at, Stepped, store.Metrics{training.LossKey(): signals.Loss}))
	if l.cadence.logged(at.step) {
		return l.sound()
	}
	return nil
}

// log writes a line at its cadence, and whenever something happened.
func (l *trainingLoop) log(s methods.StepResult, failed bool) error {
	if !l.cadence.logged(l.at.step) && len(s.Events) == 0 && finite(s.Loss) && !failed {
		return nil
	}
	return l.logs.record(l.at.step, s)
}

// measure appends to the curves.
func (l *trainingLoop) measure() error {
	began := time.Now()
	m, err := l.trainee.measure()
	if diverged(err) {
		return cmp.Or(l.sound(), fmt.Errorf("after step %d: %w", l.at.step, err))
	}
	if err != nil || m.own == nil {
		return err
	}
	l.at.tally.eval += time.Since(began).Seconds()
	if l.at.tally.lossN > 0 {
		m.own[training.LossKey()] = l.at.tally.loss()
	}
	l.with.Tell(NewEvent(l.job, l.at, Measured, m.own))
	if err := l.watch(m.signs, l.at.tally.loss()); err != nil {
		return err
	}
	return l.logs.epochs.Append(store.Epoch{Step: l.at.step, Epoch: l.cadence.epoch(l.at.step), Metrics: m.own, Observers: m.observers, Probes: m.probes})
}

// diverged reports whether an error says that numbers are no longer finite, which ends a cell.
func diverged(err error) bool {
	var bad *methods.NonFinite
	return errors.As(err, &bad)
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
