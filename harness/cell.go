package harness

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/methods"
)

// errDiverged ends a cell whose loss or weights stopped being finite.
var errDiverged = errors.New("diverged")

// work is one cell being run.
type work struct {
	job    *Job
	set    *datasets.Set
	dir    *store.CellDir
	engine Engine
	tell   func(Event)
	every  time.Duration // between checkpoints
	team   *team.Team    // the cell's threads; nil for one
	spare  *atomic.Int64 // threads that the cell may take over; nil for none

	batches   *batches
	cadence   cadence
	logs      *logs
	step      int
	tally     tally
	resumedAt []int
}

// run runs a cell to its result; an error or panic inside becomes a failed result. Interrupted cells have no result.
func (w *work) run(ctx context.Context) (r store.Result) {
	defer func() {
		if p := recover(); p != nil {
			_ = w.dir.Log(fmt.Sprintf("panic: %v\n%s", p, debug.Stack())) // the result carries the reason anyway
			r = w.result(store.Failed, fmt.Sprintf("panic: %v", p))
		}
	}()
	var unusable *store.Unusable
	g, err := w.prepareAndTrain(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		return w.result(store.Interrupted, "stopped from outside")
	case errors.Is(err, errDiverged):
		return w.result(store.Diverged, err.Error())
	case errors.As(err, &unusable):
		return w.result(store.Failed, w.setAside(unusable))
	case err != nil:
		return w.result(store.Failed, err.Error())
	}
	return w.success(g)
}

// setAside moves a checkpoint that is itself at fault out of a retry's way and says so.
func (w *work) setAside(fault *store.Unusable) string {
	path, err := w.dir.SetCheckpointAside()
	if err != nil {
		return fmt.Sprintf("%v; remove %s (%v), then --retry-failed starts the cell again", fault, w.dir.CheckpointPath(), err)
	}
	return fmt.Sprintf("%v; kept as %s, --retry-failed starts the cell again", fault, path)
}

func (w *work) prepareAndTrain(ctx context.Context) (o *outcome, err error) {
	if err := w.dir.Prepare(); err != nil {
		return nil, err
	}
	settings := &w.job.Cell.Settings
	if w.job.Cell.Reference == "supervised" {
		w.set = w.set.Labelled()
	}
	if w.batches, err = newBatches(w.set, settings, w.job.Cell.Seed); err != nil {
		return nil, err
	}
	w.cadence = cadence{perEpoch: w.batches.perEpoch, epochs: settings.Train.Epochs, evaluate: settings.Evaluate}
	if w.job.Cell.Reference != "" {
		return w.reference(ctx)
	}
	return w.arm(ctx)
}

// arm trains and measures one arm.
func (w *work) arm(ctx context.Context) (o *outcome, err error) {
	t, err := w.engine.Arm(w.config())
	if err != nil {
		return nil, err
	}
	if w.logs, err = openLogs(w.dir); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.logs.close()) }()
	if err := w.begin(t, func() error { return w.start(t) }); err != nil {
		return nil, err
	}
	if err := w.train(ctx, t, func() (methods.Signals, error) { return w.armStep(t) }, func() error { return w.measure(t) }); err != nil {
		return nil, err
	}
	began := time.Now()
	o, err = finish(ctx, w.config().Team, t, w.batches, w.set, w.job.Cell.Seed)
	w.tally.eval += time.Since(began).Seconds()
	if err != nil {
		return nil, err
	}
	o.maybe("loss", w.tally.loss(), w.tally.lossN > 0, "no step was done")
	if len(o.prototypes.Tensors) == 0 { // an arm without prototypes
		return o, nil
	}
	return o, w.dir.WritePrototypes(o.prototypes)
}

// config is what the cell's trainer is built from.
func (w *work) config() methods.Config {
	data := dataConfig(w.set, w.batches.perEpoch)
	data.Team, data.Order = w.team, w.batches.indices
	return w.job.Cell.config(data)
}

// dataConfig is what the data tell a trainer.
func dataConfig(set *datasets.Set, perEpoch int) methods.Config {
	return methods.Config{Input: inputOf(set), StepsPerEpoch: perEpoch, Images: set.Train.Len()}
}

// begin goes on from the checkpoint, or starts afresh.
func (w *work) begin(s stateful, start func() error) error {
	cp, err := w.dir.Checkpoint()
	if err != nil {
		return err
	}
	if cp == nil {
		if err := w.logs.cut(0, 0); err != nil {
			return err
		}
		return start()
	}
	w.step = cp.Step
	w.resumedAt = slices.Concat(cp.ResumedAt, []int{cp.Step})
	w.tally, err = w.logs.restore(w.dir, cp, s)
	return err
}

// start prepares the prototypes and measures the arm before its first step.
func (w *work) start(t Trainer) error {
	if err := t.Prepare(w.batches.successive()); err != nil {
		return err
	}
	return w.measure(t)
}

func (w *work) armStep(t Trainer) (methods.Signals, error) {
	views, _ := w.batches.at(w.step)
	return t.Step(views)
}

func (t tally) loss() float64 { return t.lossSum / float64(t.lossN) }

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
