package methods

import (
	"protobench/encoders"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// values is the number of values of n images of a shape.
func values(n int, in encoders.Input) int { return n * in.Height * in.Width * in.Channels }

// crops adds the student's second forward pass, on the local crops, to its first: embeddings of all
// crops [crops·B,D], crop by crop. Both passes share every parameter, and batch norms have
// statistics for each size of their own.
func (t *Trainer) crops(global *encoders.Nodes) (*G.Node, error) {
	if len(t.local) == 0 {
		return global.Embedding, nil
	}
	in := t.cfg.Train.Local(t.cfg.Input)
	local, err := global.Again(t.local, t.cfg.Train.LocalCrops*t.cfg.Train.Batch, in.Height, in.Width, in.Channels)
	if err != nil {
		return nil, err
	}
	return term.ConcatNode(global.Embedding, local.Embedding)
}
