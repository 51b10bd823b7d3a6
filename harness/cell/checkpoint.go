package cell

import (
	"errors"
	"slices"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/methods/part"
)

// stateful is anything that resumes from a state.
type stateful interface {
	State() []part.Named
	Load(state []part.Named) error
}

// stepTimes is the checkpoint's tensor with the wall time of every step so far.
const stepTimes = "harness.step_ms"

// save writes a checkpoint, taken after a number of passes.
func (l *logs) save(dir *store.CellDir, s stateful, at Progress, epoch float64) error {
	cp := store.Checkpoint{Step: at.step, Epoch: epoch, ResumedAt: at.resumedAt, State: tensors(s.State()), Extra: at.tally.extra()}
	if n := len(at.tally.stepMS); n > 0 {
		cp.State = append(cp.State, tensorfile.Tensor{Name: stepTimes, Shape: []int{n}, F64: at.tally.stepMS})
	}
	var err error
	if cp.Steps, err = l.steps.Mark(); err != nil {
		return err
	}
	if cp.Epochs, err = l.epochs.Mark(); err != nil {
		return err
	}
	return dir.WriteCheckpoint(cp)
}

// restore brings a trainer and the logs back to a checkpoint. What cannot be gone on from is
// *store.Damaged.
func (l *logs) restore(cp *store.Checkpoint, s stateful) (tally, error) {
	t, err := tallyFrom(cp.Extra)
	if err != nil {
		return t, cp.Damaged(err)
	}
	state := slices.Clone(cp.State)
	if i := slices.IndexFunc(state, func(t tensorfile.Tensor) bool { return t.Name == stepTimes }); i >= 0 {
		t.stepMS, state = slices.Clone(state[i].F64), slices.Delete(state, i, i+1)
	}
	err = l.cut(cp.Steps, cp.Epochs)
	var lost *store.Mismatch
	if errors.As(err, &lost) {
		return t, cp.Damaged(err)
	}
	if err != nil {
		return t, err
	}
	if err := s.Load(named(state)); err != nil {
		return t, cp.Damaged(err)
	}
	return t, nil
}

func tensors(state []part.Named) []tensorfile.Tensor {
	out := make([]tensorfile.Tensor, len(state))
	for i, n := range state {
		out[i] = tensorfile.Tensor{Name: n.Name, Shape: n.Shape, F32: n.F32, F64: n.F64}
	}
	return out
}

func named(ts []tensorfile.Tensor) []part.Named {
	out := make([]part.Named, len(ts))
	for i, t := range ts {
		out[i] = part.Named{Name: t.Name, Shape: t.Shape, F32: t.F32, F64: t.F64}
	}
	return out
}
