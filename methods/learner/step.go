package learner

import (
	"protobench/internal/team"
)

// Step is what learners and objectives see of a step, and where they note what they find.
type Step struct {
	Team       *team.Team   // shares kernels' work
	Z          [2][]float32 // embeddings of the global crops on the unit sphere [2·B,D] by Branch; the student's only in after
	Embeddings [2][]float32 // the same as scores use them, not normalised where the objective takes them so; the student's of all crops
	Patches    [2][]float32 // the same of every patch of the global crops [2·B·P,D], where the objective predicts them
	Masks      []float32    // [2·B,P], 1 where the student does not see the patch
	Index      int
	PerEpoch   int // steps per epoch
	Epoch      float64
	LR         float64
	Momentum   float64 // of the teacher
	Decay      float64 // weight decay as a multiple of that at the start
	Found      *Found
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

// NewFound is nothing found yet.
func NewFound() *Found { return &Found{Values: map[string]float64{}} }

// Note adds a scalar.
func (f *Found) Note(name string, value float64) { f.Values[name] = value }

// Event adds an event.
func (f *Found) Event(kind string, prototype int) {
	f.Events = append(f.Events, Event{kind, prototype})
}
