package methods

import (
	"time"

	"protobench/encoders"
	"protobench/internal/team"
)

// Config is all that a training run depends on, besides the images.
type Config struct {
	Composition   Composition
	Settings      Settings
	Train         Train
	Encoder       encoders.Config
	Input         encoders.Input
	Seed          uint64
	StepsPerEpoch int
	Team          *team.Team // shares a step's work and changes no number; nil for one thread
	Images        int        // training images; sets learners' memories, the size of banks and the rate of usage averages

	// Order gives the indices [B] of a step's images among the training images, for objectives that keep a label or an embedding for
	// each image; nil where images come in turn.
	Order func(step int) []int
}

// order returns the indices [B] of a step's images.
func (c Config) order(step int) []int {
	if c.Order != nil {
		return c.Order(step)
	}
	out := make([]int, c.Train.Batch)
	for i := range out {
		out[i] = (step*c.Train.Batch + i) % c.Images
	}
	return out
}

// Heads returns the number of sets of prototypes H, of prototypes.count each, that the objective has on one projector. All
// train the encoder; [Learned] and the signals show the first, so that an arm has the same K with any number of heads.
func (c Config) Heads() int {
	switch c.Composition.Objective {
	case "deepcluster":
		return max(1, c.Settings.DeepCluster.Heads)
	case "sela":
		return max(1, c.Settings.SeLa.Heads)
	}
	return 1
}

// steps returns the length of the run.
func (c Config) steps() int { return c.Train.Epochs * c.StepsPerEpoch }

// Branch selects one of the two sets of weights.
type Branch int

// The two branches of every arm: the student is trained, the teacher is its moving average.
const (
	Student Branch = iota
	Teacher
)

// String returns "student" or "teacher".
func (b Branch) String() string { return [...]string{"student", "teacher"}[b] }

// Event is something a learner did besides its regular update.
type Event struct {
	Step      int
	Learner   string // "" for the arm's own learner, else the observer's name
	Kind      string // "reseed", "split", or "handover" of a schedule
	Prototype int    // k, with several heads k + h·K for that of head h; -1 where an event is about all of them
}

// Signals are what one step reports.
type Signals struct {
	Loss   float64            // the objective's loss, without regularizers
	Values map[string]float64 // further scalars by name, e.g. "lr", "gmm.precision", "observer.joint.loss"
	Events []Event

	// Observers is the wall time that the observers took: it is not part of the arm's own step.
	Observers time.Duration
}

// Learned is a learner's outcome as metrics see it.
type Learned struct {
	Name    string       // "" for the arm's own learner, else the observer's
	K, D    int          // K is 0 where the objective has no prototypes; then nothing below is set
	Raw     []float32    // [K,D] as they enter the student's graph
	Initial []float32    // [K,D] effective prototypes at step 0
	Current [2][]float32 // [K,D] effective prototypes (as the scores use them), by Branch
	Path    float64      // mean over the prototypes of the angles turned so far, radians
	Drift   float64      // the part of Path of the last whole epoch, radians
	Reseeds int          // re-seeding events so far

	// Scores maps embeddings [n,D] to scores [n,K]: inner products with the teacher's prototypes for every arm, less the
	// center where the objective has one. The argmax of a row is the image's prototype.
	Scores func(z []float32) []float32
}
