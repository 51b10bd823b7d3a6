package cell

import (
	"protobench/methods"
	"protobench/methods/part"
)

// Trainer is what a cell needs of an arm: *methods.Trainer, or a stand-in.
type Trainer interface {
	Prepare(next func() []float32) error
	Step(views []float32) (methods.StepResult, error)
	Probe() // the next step looks at what moves the prototypes
	Features(b part.Branch, images []float32) (backbone, embedding []float32, err error)
	Learned() []methods.Learned
	Sound() error // *methods.NonFinite where a number of the state is not finite
	State() []part.Named
	Load(state []part.Named) error
}

// Supervised is what the rows untrained and supervised need: one network and a classifier on it.
type Supervised interface {
	Step(views []float32, labels []int) (loss float64, err error)
	Features(images []float32) (backbone []float32, err error)
	Sound() error // *methods.NonFinite where a number of the state is not finite
	State() []part.Named
	Load(state []part.Named) error
}

// Engine makes the trainers of cells.
type Engine struct {
	Trainer    func(part.Config) (Trainer, error) // of an arm
	Supervised func(cfg part.Config, classes int) (Supervised, error)
	// Untrained makes the encoder as it is before its first step. Its steps take no labels and only
	// fill its batch-norm statistics.
	Untrained func(cfg part.Config) (Supervised, error)
}

// Real is the engine of package methods.
func Real() Engine {
	return Engine{
		Trainer:    func(cfg part.Config) (Trainer, error) { return methods.New(cfg) },
		Supervised: func(cfg part.Config, classes int) (Supervised, error) { return methods.NewSupervised(cfg, classes) },
		Untrained:  func(cfg part.Config) (Supervised, error) { return methods.NewUntrained(cfg) },
	}
}
