package methods

import (
	"protobench/encoders"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// owner is an objective that owns its prototypes: it makes the one learner that it works with.
type owner interface {
	objective
	// own makes that learner, once for each head, from unit vectors [H·prototypes.count,D] that are the same for all arms
	// of a seed.
	own(c part.Config, start []float32, d int) []learner
}

// scorer is an objective whose student scores are more than the inner products of embeddings and prototypes.
type scorer interface {
	// params are the parameters that take part in the scores besides encoder and prototypes.
	params() []*encoders.Param
	// scores adds the student's scores [crops·B,H·K] of embeddings z [crops·B,D] and prototypes c [H·K,D], and returns the nodes
	// of the parameters in their order. Without learn the prototypes are constants.
	scores(z, c *G.Node, learn bool) (s *G.Node, params G.Nodes, err error)
}

// surveyor is an objective that sees an embedding of each image before the first step.
type surveyor interface {
	// survey takes the embeddings z [views·B,D] of the images of a step to come.
	survey(step int, z []float32)
}

// owned is what learners of owners have in common where no gradient reaches their prototypes: nothing but the objective moves
// them.
type owned struct{ decoupled }

func (owned) moves(float64) bool  { return false }
func (owned) move(int, []float32) {}
func (owned) before(*stepInput)   {}
func (owned) adopt()              {}
