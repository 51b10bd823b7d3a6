package cell

import (
	"math"

	"protobench/harness/store"
)

// The kinds of events.
const (
	Planned  = "planned"  // what the run will do
	Started  = "started"  // a cell begins or goes on
	Stepped  = "stepped"  // a training step is done
	Measured = "measured" // a measurement during training
	Warned   = "warned"   // the cell has collapsed as a whole for a while, Reason says how
	Reused   = "reused"   // cells were taken over from other runs; Reason says how many
	Noticed  = "noticed"  // something that was damaged was set aside; Reason says what
	Ended    = "ended"    // a cell has ended, Status says how
	Finished = "finished" // nothing is left to do, but for cells that failed
	Stopped  = "stopped"  // the run ends with cells left to do
)

// Event says what happened in a run. Events of one run come one at a time.
type Event struct {
	Kind    string        `json:"event"`
	Cell    string        `json:"cell,omitempty"` // its folder's name
	Method  string        `json:"method,omitempty"`
	Arm     string        `json:"arm,omitempty"`        // the method with its values on the matrix's axes
	K       int           `json:"prototypes,omitempty"` // of which counts of prototypes are a share; 0 for none
	Seed    uint64        `json:"seed"`
	Step    int           `json:"step"`
	Steps   int           `json:"steps"` // of the cell; with Planned, of all cells to run
	Epoch   float64       `json:"epoch"`
	Epochs  int           `json:"epochs"`            // of the cell
	Metrics store.Metrics `json:"metrics,omitempty"` // with Measured and Ended; with Stepped only the loss
	Status  string        `json:"status,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	Done    int           `json:"done"`  // cells that need no more work
	Total   int           `json:"total"` // cells of the plan that were selected
}

// NewEvent says what happened to a job that came so far.
func NewEvent(j *Job, at Progress, kind string, m store.Metrics) Event {
	c, when, id := &j.Cell, newCadence(&j.Cell), j.Identity()
	return Event{
		Kind: kind, Cell: j.Dir, Method: c.Composition.Name, Arm: id.Arm(), K: c.Prototypes(), Seed: c.Seed, Step: at.step, Steps: c.Steps(),
		Epoch: math.Round(1000*when.epoch(at.step)) / 1000, Epochs: when.epochs, Metrics: m,
	}
}
