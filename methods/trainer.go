package methods

import (
	"errors"

	"protobench/encoders"
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
	Images        int // training images (sets the mixture's memory and what counts as live)
}

// Branch selects one of the two sets of weights.
type Branch int

// The two branches of every arm.
const (
	Student Branch = iota
	Teacher
)

// String returns "student" or "teacher".
func (b Branch) String() string { return [...]string{"student", "teacher"}[b] }

// Named is one entry of a state: a named array. Integers and flags travel as float64.
type Named struct {
	Name  string
	Shape []int
	F32   []float32 // exactly one of F32 and F64 is non-nil
	F64   []float64
}

// Event is something a learner did besides its regular update.
type Event struct {
	Step      int    `json:"step"`
	Learner   string `json:"learner"`
	Kind      string `json:"kind"` // "reseed"
	Prototype int    `json:"prototype"`
}

// Signals are what one step reports.
type Signals struct {
	Loss   float64            // the objective's loss, without regularizers
	Values map[string]float64 // named scalars, e.g. "lr", "loss.koleo-prototypes", "gmm.precision", "observer.joint.loss"
	Events []Event
}

// Learned is a learner's outcome as metrics see it.
type Learned struct {
	Name    string // "" for the arm's own learner, else the observer's
	K, D    int
	Initial []float32                   // [K,D] effective prototypes at step 0
	Current [2][]float32                // [K,D] effective prototypes, by Branch
	Path    float64                     // mean over prototypes of the angles turned so far, radians
	Reseeds int                         // re-seeding events so far
	Scores  func(z []float32) []float32 // [n,D] embeddings to [n,K] scores as the loss uses them (centre included), evaluated with the teacher's prototypes
}

// Trainer owns one step of one arm.
type Trainer struct{}

var errTODO = errors.New("not written yet")

// New builds the trainer of an arm in its initial state.
func New(cfg Config) (*Trainer, error) { return nil, errTODO }

// InitPrototypes starts the prototypes from data where the settings ask for it, before the first step. next returns
// successive training batches of views, [2·B,H,W,C], until enough embeddings are there.
func (t *Trainer) InitPrototypes(next func() []float32) error { return errTODO }

// Step runs one training step on views [2·B,H,W,C]: all first views, then all second views, in the same order.
func (t *Trainer) Step(views []float32) (Signals, error) { return Signals{}, errTODO }

// StepCount returns the number of steps done.
func (t *Trainer) StepCount() int { return 0 }

// Features runs a branch in evaluation mode on images [n,H,W,C] and returns backbone features [n,F] and the embeddings [n,D] that the scores use.
func (t *Trainer) Features(b Branch, images []float32) (backbone, embedding []float32, err error) {
	return nil, nil, errTODO
}

// Learned returns the arm's own learner first, then its observers.
func (t *Trainer) Learned() []Learned { return nil }

// State returns everything that a resumed run needs, in a fixed order.
func (t *Trainer) State() []Named { return nil }

// Load restores a State; a missing, surplus or misshapen entry is an error.
func (t *Trainer) Load(state []Named) error { return errTODO }

// Components lists what a composition may name, for `protobench list` and for validation.
type Component struct {
	Axis   string // objective, learner, regularizer, embedding, preset
	Name   string
	Doc    string
	Source string
}

// Components returns every known component.
func Components() []Component { return nil }

// Preset returns the composition that a name stands for.
func Preset(name string) (Composition, bool) { return Composition{}, false }

// Validate refuses compositions that make no sense, with the reason.
func Validate(c Composition) error { return nil }
