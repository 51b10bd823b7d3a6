package methods

import "protobench/methods/part"

// bank holds the last embedding of each training image: of its first view, as seen in training. That takes no passes over the
// images of its own, and the embeddings are up to an epoch old, as in DeepCluster-v2's memory.
type bank struct {
	*past
	images func(step int) []int
}

func newBank(c part.Config, d int) *bank { return &bank{newPast(c.Images, d), c.Indices} }

// record keeps the first views of a step's embeddings z [views·B,D].
func (b *bank) record(step int, z []float32) { b.put(b.images(step), z) }
