package objective

import (
	"protobench/encoders"
	"protobench/methods/learner"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// Owner is an objective that owns its prototypes: it makes the one learner that it works with.
type Owner interface {
	Objective
	// Own makes that learner, once for each head, from unit vectors [H·prototypes.count,D] that are
	// the same for all arms of a seed.
	Own(c part.Config, start []float32, d int) []learner.Learner
}

// Scorer is an objective whose student scores are more than the inner products of embeddings and
// prototypes.
type Scorer interface {
	// Params are the parameters that take part in the scores besides encoder and prototypes.
	Params() []*encoders.Param
	// Scores adds the student's scores [crops·B,H·K] of embeddings z [crops·B,D] and prototypes c
	// [H·K,D], and returns the nodes of the parameters in their order. Without gradient the
	// prototypes are constants.
	Scores(z, c *G.Node, gradient bool) (s *G.Node, params G.Nodes, err error)
}

// unscored is an objective whose loss is one of the embeddings themselves: there are no scores, and
// no prototypes in the student's graph.
type unscored interface {
	// Direct adds the loss of embeddings z [crops·B,D].
	Direct(h *Head, z *G.Node) (*G.Node, error)
}

// Surveyor is an objective that sees an embedding of each image before the first step.
type Surveyor interface {
	// Survey takes the embeddings z [views·B,D] of the images of a step to come.
	Survey(step int, z []float32)
}

// Owned is what learners of owners have in common where no gradient reaches their prototypes:
// nothing but the objective moves them.
type Owned struct{ learner.Decoupled }

// Moves is false: re-seeding never puts one of them elsewhere.
func (Owned) Moves(float64) bool { return false }

// Move does nothing, as it is never asked for.
func (Owned) Move(int, []float32) {}

// Before does nothing.
func (Owned) Before(*learner.Step) {}

// Adopt does nothing: no schedule hands them over.
func (Owned) Adopt() {}
