package cell

import (
	"slices"

	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
)

// Shot is where an arm's own prototypes were at a measurement.
type Shot struct {
	Step       int
	Prototypes matrix.Matrix // [K,D], the teacher's effective ones
}

// Recorder keeps the prototypes of every measurement of the arm that is trained with its engine, one
// arm for each recorder.
type Recorder struct{ shots []Shot }

// Shots are those of the measurements so far, by step. None are of an arm without prototypes.
func (r *Recorder) Shots() []Shot { return slices.Clone(r.shots) }

// Engine is an engine whose trainers are recorded; they train as before.
func (r *Recorder) Engine(e Engine) Engine {
	of := e.Trainer
	e.Trainer = func(cfg part.Config) (Trainer, error) {
		t, err := of(cfg)
		return &recorded{Trainer: t, to: r}, err
	}
	return e
}

// recorded counts steps and notes what measurements ask for.
type recorded struct {
	Trainer
	to   *Recorder
	step int
}

func (t *recorded) Step(views []float32) (methods.StepResult, error) {
	t.step++
	return t.Trainer.Step(views)
}

// Learned is what a measurement looks at.
func (t *recorded) Learned() []methods.Learned {
	all := t.Trainer.Learned()
	for _, l := range all {
		shots := t.to.shots
		if l.Name != "" || l.K == 0 || len(shots) > 0 && shots[len(shots)-1].Step == t.step {
			continue
		}
		t.to.shots = append(t.to.shots, Shot{t.step, matrix.Of(l.K, l.D, l.Current[part.Teacher])})
	}
	return all
}
