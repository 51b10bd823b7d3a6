package encoders

import (
	"fmt"

	"protobench/internal/setting"
)

// identityArchitecture declares the encoder that is none.
func identityArchitecture() Architecture {
	return Architecture{
		Name: "identity", Doc: "none: features and embedding are the images' values, for sets of vectors", Whole: true,
		features: func(c Config) int { return c.Dim },
		fits: func(c Config, in Input) *setting.KeyError {
			size := in.Height * in.Width * in.Channels
			if c.Dim == size {
				return nil
			}
			return &setting.KeyError{Key: "encoder.dim", Found: fmt.Sprintf("encoder identity embeds images of %d values as they are", size), Remedy: fmt.Sprintf("set encoder.dim = %d", size)}
		},
		build: func(b *builder, _ Config, _ Input) error { return b.identity() },
	}
}

// identity passes its input on, flattened: no parameter, features and embedding are the input
// vector. It shows learners data that nothing turns, such as the set "mixture".
func (b *builder) identity() error {
	err := b.apply(Flatten)
	b.features = b.x
	return err
}
