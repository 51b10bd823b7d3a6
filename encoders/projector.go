package encoders

import (
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
)

// projectorStart is the standard deviation of a gelu projector's weights at the start, as in DINO's
// head.
const projectorStart = 0.02

// projector leads from the backbone's features, which it takes as they are now, to the embedding:
// Linear–BN–ReLU–Linear (Caron et al. 2020), three linear layers with GELU between (DINO's head:
// Caron et al. 2021), or those with BN before each GELU (CARP, MSN).
func (b *builder) projector(cfg Config, features int) error {
	b.features = b.x
	hidden := cfg.Hidden
	if hidden == 0 {
		hidden = features
	}
	switch cfg.Projector {
	case "gelu":
		return b.geluProjector(features, hidden, cfg.Dim)
	case "bn-gelu":
		return b.normGELUProjector(features, hidden, cfg.Dim)
	}
	if err := b.linear("projector.0", features, hidden, false, false, true); err != nil {
		return err
	}
	if err := b.norm("projector.0.norm", hidden, true); err != nil {
		return err
	}
	return b.linear("projector.1", hidden, cfg.Dim, true, false, true)
}

func (b *builder) geluProjector(features, hidden, dim int) error {
	start := gaussian(projectorStart)
	for i, in := range [...]int{features, hidden} {
		if err := b.linearGELUFrom(fmt.Sprint("projector.", i), start, in, hidden); err != nil {
			return err
		}
	}
	return b.linearFrom("projector.2", start, hidden, dim, true, false, true)
}

func (b *builder) linearGELUFrom(name string, start func(*rand.Rand) float32, in, out int) error {
	w := b.param(name+".weight", start, in, out)
	c := b.param(name+".bias", constant(0), out)
	return b.apply(func(x *G.Node) (*G.Node, error) { return LinearGELU(x, w, c) })
}

func (b *builder) normGELUProjector(features, hidden, dim int) error {
	for i, in := range [...]int{features, hidden} {
		name := fmt.Sprint("projector.", i)
		if err := b.linear(name, in, hidden, false, false, true); err != nil {
			return err
		}
		if err := b.norm(name+".norm", hidden, false); err != nil {
			return err
		}
		if err := b.apply(GELU); err != nil {
			return err
		}
	}
	return b.linear("projector.2", hidden, dim, true, false, true)
}
