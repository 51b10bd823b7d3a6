package methods

import "protobench/methods/part"

// bank holds the last embedding of each training image: of its first view, as seen in training. That takes no passes over the
// images of its own, and the embeddings are up to an epoch old, as in DeepCluster-v2's memory.
type bank struct {
	d      int
	images func(step int) []int
	value  []float32 // [Images,D]
	seen   []float64 // [Images] 1 for those that have been seen
}

func newBank(cfg part.Config, d int) *bank {
	return &bank{d: d, images: cfg.Indices, value: make([]float32, cfg.Images*d), seen: make([]float64, cfg.Images)}
}

// record keeps the first views of a step's embeddings z [views·B,D].
func (b *bank) record(step int, z []float32) {
	for row, i := range b.images(step) {
		copy(b.value[i*b.d:][:b.d], z[row*b.d:])
		b.seen[i] = 1
	}
}

// gather returns the images that have been seen and their embeddings [n,D].
func (b *bank) gather() (images []int, z []float32) {
	for i, s := range b.seen {
		if s > 0 {
			images, z = append(images, i), append(z, b.value[i*b.d:][:b.d]...)
		}
	}
	return images, z
}

func (b *bank) State(prefix string) []part.Named {
	return []part.Named{part.F32Of(prefix+"bank", b.value, len(b.seen), b.d), part.F64Of(prefix+"seen", b.seen)}
}
