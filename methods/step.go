package methods

import (
	"protobench/internal/team"
)

// stepInput is what learners and objectives see of a step, and where they note what they find.
type stepInput struct {
	team     *team.Team   // shares kernels' work
	z        [2][]float32 // embeddings of the global crops on the unit sphere [2·B,D] by Branch; the student's only in after
	scored   [2][]float32 // the same as scores use them, not normalised where the objective takes them so; the student's of all crops
	patches  [2][]float32 // the same of every patch of the global crops [2·B·P,D], where the objective predicts them
	masks    []float32    // [2·B,P], 1 where the student does not see the patch
	step     int
	perEpoch int // steps per epoch
	epoch    float64
	lr       float64
	momentum float64 // of the teacher
	decay    float64 // weight decay as a multiple of that at the start
	found    *Found
}

// Found is what a step found besides its loss.
type Found struct {
	Values map[string]float64 // scalars by name
	Events []Event

	// CopyStudent says that the teacher becomes a copy of the student after this step.
	CopyStudent bool
}

// Event is something a learner did besides its regular update.
type Event struct {
	Kind      string // "reseed", "split", or "handover" of a schedule
	Prototype int    // k, with several heads k + h·K for that of head h; -1 where an event is about all of them
}

// newFound is nothing found yet.
func newFound() *Found { return &Found{Values: map[string]float64{}} }

// note adds a scalar.
func (f *Found) note(name string, value float64) { f.Values[name] = value }

// event adds an event.
func (f *Found) event(kind string, prototype int) {
	f.Events = append(f.Events, Event{kind, prototype})
}
