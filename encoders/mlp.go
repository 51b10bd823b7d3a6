package encoders

import "fmt"

// mlp is Linear–ReLU layers of equal width and a linear projector.
func (b *builder) mlp(cfg Config, in Input) error {
	if err := b.apply(Flatten); err != nil {
		return err
	}
	from, width := in.Height*in.Width*in.Channels, cfg.Features()
	for i := range cfg.Depth {
		if err := b.linear(fmt.Sprintf("layer%d", i+1), from, width, true, true, i > 0); err != nil {
			return err
		}
		from = width
	}
	b.features = b.x
	return b.linear("projector", from, cfg.Dim, true, false, true)
}
