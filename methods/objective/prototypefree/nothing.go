package prototypefree

import (
	G "gorgonia.org/gorgonia"

	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// scoreless is what objectives have in common whose loss is one of the embeddings themselves.
type scoreless struct{ objective.Unchanging }

func (scoreless) Codes([]float32, objective.CodeInput) {}

func (scoreless) Loss(*objective.Head, *G.Node, *G.Node) (*G.Node, error) {
	panic("objective: a loss of scores of an objective that has none")
}

// nothing is the learner of an objective without prototypes, of which there are none to move.
type nothing struct{ objective.Owned }

func newNothing(d int) nothing {
	return nothing{objective.Owned{Decoupled: learner.Decoupled{P: learner.NewPrototypes(nil, 0, d, false)}}}
}

func (nothing) State(string) []part.Named { return nil }
