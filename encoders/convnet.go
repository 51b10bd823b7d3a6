package encoders

import "fmt"

// convnetArchitecture declares the convnet.
func convnetArchitecture() Architecture {
	return Architecture{
		Name: "convnet", Doc: "conv3×3–BN–ReLU blocks with doubling channels, stride 2 from the second block on", Projector: true,
		features: func(c Config) int { return c.Width << (c.Depth - 1) },
		fits:     halves,
		build:    (*builder).convnet,
	}
}

// convnet is conv3×3–BN–ReLU blocks with doubling channels, stride 2 from the second block on, then
// a global average pool and the projector.
func (b *builder) convnet(cfg Config, in Input) error {
	if err := b.apply(Pad); err != nil {
		return err
	}
	ch, out := in.Channels, cfg.Width
	for i := range cfg.Depth {
		stride := 2
		if i == 0 {
			stride = cfg.StemStride
		}
		name := fmt.Sprintf("block%d", i+1)
		if err := b.conv(name+".conv", ch, out, stride, i > 0); err != nil {
			return err
		}
		norm := b.norm
		if i < cfg.Depth-1 { // the next convolution applies it
			norm = b.deferredNorm
		}
		if err := norm(name+".norm", out, true); err != nil {
			return err
		}
		ch, out = out, 2*out
	}
	if err := b.apply(GlobalAveragePool); err != nil {
		return err
	}
	return b.projector(cfg, ch)
}
