package methods

import (
	"time"

	"protobench/methods/learner"
)

// StepResult is what one step found.
type StepResult struct {
	Loss   float64            // the objective's loss, without regularizers
	Values map[string]float64 // further scalars by name, e.g. "lr", "gmm.precision", "observer.joint.loss"
	Events []StepEvent

	// Probes are what moved the prototypes, by learner ("" for the arm's own), where [Trainer.Probe]
	// asked for them; else nil.
	Probes map[string]Probe

	// Observers is the wall time that the observers took: it is not part of the arm's own step.
	Observers time.Duration
}

// StepEvent is something a learner did besides its regular update.
type StepEvent struct {
	Step    int
	Learner string // "" for the arm's own learner, else the observer's name
	learner.Event
}

// add takes over what a learner found.
func (r *StepResult) add(name string, step int, found *learner.Found) {
	for _, e := range found.Events {
		r.Events = append(r.Events, StepEvent{Step: step, Learner: name, Event: e})
	}
	if name == "" {
		return
	}
	for key, v := range found.Values {
		r.Values["observer."+name+"."+key] = v
	}
}
