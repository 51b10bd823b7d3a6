package harness

import (
	"fmt"
	"slices"
	"strconv"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/methods"
)

// stateful is anything that resumes from a state.
type stateful interface {
	State() []methods.Named
	Load(state []methods.Named) error
}

// tally is what a cell itself carries across an interruption.
type tally struct {
	lossSum float64 // since the last measurement
	lossN   int
	train   float64 // seconds
	eval    float64 // seconds
	stepMS  []float64
}

// stepTimes is the checkpoint's tensor with the wall time of every step so far.
const stepTimes = "harness.step_ms"

func (t tally) extra() map[string]string {
	exact := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return map[string]string{"loss_sum": exact(t.lossSum), "loss_n": strconv.Itoa(t.lossN), "train_s": exact(t.train), "eval_s": exact(t.eval)}
}

func tallyFrom(extra map[string]string) (t tally, err error) {
	read := func(key string) float64 {
		v, e := strconv.ParseFloat(extra[key], 64)
		if e != nil {
			err = fmt.Errorf("%s: found %q, expected a number", key, extra[key])
		}
		return v
	}
	t = tally{lossSum: read("loss_sum"), lossN: int(read("loss_n")), train: read("train_s"), eval: read("eval_s")}
	return t, err
}

// save writes a checkpoint after the given number of steps.
func (l *logs) save(dir *store.CellDir, s stateful, step int, t tally, resumedAt []int) error {
	cp := store.Checkpoint{Step: step, ResumedAt: resumedAt, State: tensors(s.State()), Extra: t.extra()}
	if n := len(t.stepMS); n > 0 {
		cp.State = append(cp.State, tensorfile.Tensor{Name: stepTimes, Shape: []int{n}, F64: t.stepMS})
	}
	var err error
	if cp.StepsOffset, err = l.steps.Offset(); err != nil {
		return err
	}
	if cp.EpochsOffset, err = l.epochs.Offset(); err != nil {
		return err
	}
	return dir.WriteCheckpoint(cp)
}

// restore brings a trainer and the logs back to a checkpoint of dir. What is wrong with the checkpoint is
// *store.Unusable.
func (l *logs) restore(dir *store.CellDir, cp *store.Checkpoint, s stateful) (tally, error) {
	unusable := func(err error) error {
		return &store.Unusable{Err: fmt.Errorf("%s: %w", dir.CheckpointPath(), err)}
	}
	t, err := tallyFrom(cp.Extra)
	if err != nil {
		return t, unusable(err)
	}
	state := slices.Clone(cp.State)
	if i := slices.IndexFunc(state, func(t tensorfile.Tensor) bool { return t.Name == stepTimes }); i >= 0 {
		t.stepMS, state = slices.Clone(state[i].F64), slices.Delete(state, i, i+1)
	}
	if err := s.Load(named(state)); err != nil {
		return t, unusable(err)
	}
	return t, l.cut(cp.StepsOffset, cp.EpochsOffset)
}

func tensors(state []methods.Named) []tensorfile.Tensor {
	out := make([]tensorfile.Tensor, len(state))
	for i, n := range state {
		out[i] = tensorfile.Tensor{Name: n.Name, Shape: n.Shape, F32: n.F32, F64: n.F64}
	}
	return out
}

func named(ts []tensorfile.Tensor) []methods.Named {
	out := make([]methods.Named, len(ts))
	for i, t := range ts {
		out[i] = methods.Named{Name: t.Name, Shape: t.Shape, F32: t.F32, F64: t.F64}
	}
	return out
}
