package encoders

import (
	"fmt"

	"protobench/internal/setting"
)

// mlpWidth is the number of hidden units per unit of encoder.width: 512 at its default of 32.
const mlpWidth = 16

// mlpArchitecture declares the mlp.
func mlpArchitecture() Architecture {
	return Architecture{
		Name: "mlp", Doc: "Linear–ReLU layers of equal width and a linear projector", Whole: true,
		features: func(c Config) int { return mlpWidth * c.Width },
		fits:     func(Config, Input) *setting.KeyError { return nil },
		build:    (*builder).mlp,
		torch:    torchMLP,
	}
}

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

// torchMLP has the first layer read images as PyTorch flattens them, channel by channel.
func torchMLP(_ Config, in Input, p *TorchParam) {
	if p.Name == "layer1.weight" {
		p.View, p.Order = []int{p.Shape[0], in.Height, in.Width, in.Channels}, []int{0, 3, 1, 2}
	}
}
