package objective

import (
	G "gorgonia.org/gorgonia"

	"protobench/methods/learner"
	"protobench/methods/part"
)

// scoreless is what such objectives have in common.
type scoreless struct{ Unchanging }

func (scoreless) Codes([]float32, CodeInput) {}

func (scoreless) Loss(*Head, *G.Node, *G.Node) (*G.Node, error) {
	panic("objective: a loss of scores of an objective that has none")
}

// nothing is the learner of an objective without prototypes, of which there are none to move.
type nothing struct{ Owned }

func newNothing(d int) nothing {
	return nothing{Owned{learner.Decoupled{P: learner.NewPrototypes(nil, 0, d, false)}}}
}

func (nothing) State(string) []part.Named { return nil }
