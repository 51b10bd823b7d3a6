package cell

import (
	"errors"

	"protobench/harness/store"
	"protobench/methods"
)

// logs are a cell's two append-only files.
type logs struct {
	steps  *store.Log[store.Step]
	epochs *store.Log[store.Epoch]
}

func openLogs(dir *store.CellDir) (*logs, error) {
	steps, err := dir.OpenSteps()
	if err != nil {
		return nil, err
	}
	epochs, err := dir.OpenEpochs()
	if err != nil {
		return nil, errors.Join(err, steps.Close())
	}
	return &logs{steps, epochs}, nil
}

func (l *logs) close() error { return errors.Join(l.steps.Close(), l.epochs.Close()) }

// cut shortens both files to what a checkpoint, or a start, knows.
func (l *logs) cut(steps, epochs store.Mark) error {
	return errors.Join(l.steps.TruncateTo(steps), l.epochs.TruncateTo(epochs))
}

// record appends a step's signals.
func (l *logs) record(step int, s methods.StepResult) error {
	line := store.Step{Step: step, Loss: s.Loss, Values: s.Values}
	for _, e := range s.Events {
		line.Events = append(line.Events, store.Event{Learner: e.Learner, Kind: e.Kind, Prototype: e.Prototype})
	}
	return l.steps.Append(line)
}
