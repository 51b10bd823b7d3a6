package learner

import (
	"protobench/methods/part"
)

// Bank holds the last embedding of each training image: of its first view, as seen in training.
// That takes no passes over the images of its own, and the embeddings are up to an epoch old, as in
// DeepCluster-v2's memory.
type Bank struct {
	*Past
	images func(step int) []int
}

// NewBank has room for the embeddings [Images,D] of all training images.
func NewBank(c part.Config, d int) *Bank { return &Bank{NewPast(c.Images, d), c.Indices} }

// Record keeps the first views of a step's embeddings z [views·B,D].
func (b *Bank) Record(step int, z []float32) { b.put(b.images(step), z) }
