package encoders

import "fmt"

// identity passes its input on, flattened: no parameter, features and embedding are the input vector. It shows learners data that
// nothing turns, such as the set "mixture".
func (b *builder) identity() error {
	err := b.apply(Flatten)
	b.features = b.x
	return err
}

// fitsIdentity reports an embedding dimension that is not the input's.
func (c Config) fitsIdentity(in Input) error {
	if size := in.Height * in.Width * in.Channels; c.Dim != size {
		return refuse("dim", fmt.Sprintf("set encoder.dim = %d", size), "encoder identity embeds images of %d values as they are", size)
	}
	return nil
}
