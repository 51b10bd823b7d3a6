package augment

// noisy makes a view of a vector.
func (s *scratch) noisy(dst []float32, image []uint8, a *Augmenter) {
	for i, level := range image {
		dst[i] = a.plain[i%a.in.Channels][level] + float32(a.Noise*float32(s.draws.NormFloat64()))
	}
}
