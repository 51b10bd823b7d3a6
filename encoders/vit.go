package encoders

import (
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
)

const (
	vitEps      = 1e-6 // of the layer norms, as in the vision transformers of DINO
	vitMLPRatio = 4    // hidden units of a block's MLP per token dimension
	vitStart    = 0.02 // standard deviation of the positions at the start
)

// vit is a vision transformer (Dosovitskiy et al. 2021): patches through a linear map, a class token, learned positions,
// pre-norm transformer blocks, and a layer norm of the class token, which is the feature; then the projector.
func (b *builder) vit(cfg Config, in Input) error {
	d, patches := cfg.Features(), in.Height/cfg.Patch*(in.Width/cfg.Patch)
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return Patches(x, cfg.Patch) }); err != nil {
		return err
	}
	if err := b.linear("patches", cfg.Patch*cfg.Patch*in.Channels, d, true, false, false); err != nil {
		return err
	}
	if err := b.tokens(patches+1, d); err != nil {
		return err
	}
	for i := range cfg.Depth {
		if err := b.transformerBlock(fmt.Sprintf("block%d", i+1), d, vitMLPRatio*d, patches+1, cfg.Heads); err != nil {
			return err
		}
	}
	// The norm sees each token alone: the class token's is all that is needed.
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return ClassToken(x, patches+1) }); err != nil {
		return err
	}
	if err := b.layerNorm("norm", d); err != nil {
		return err
	}
	return b.projector(cfg, d)
}

// transformerBlock is x + attention(norm1(x)), then + fc2(GELU(fc1(norm2(·)))), on rows of tokens.
func (b *builder) transformerBlock(name string, d, hidden, tokens, heads int) error {
	if err := b.residual(func() error {
		if err := b.layerNorm(name+".norm1", d); err != nil {
			return err
		}
		return b.attention(name+".attention", d, tokens, heads)
	}); err != nil {
		return err
	}
	return b.residual(func() error {
		if err := b.layerNorm(name+".norm2", d); err != nil {
			return err
		}
		if err := b.linearGELU(name+".fc1", d, hidden); err != nil {
			return err
		}
		return b.linear(name+".fc2", hidden, d, true, false, true)
	})
}

// attention is the maps to queries, keys and values, self-attention, and the map of the heads' results.
func (b *builder) attention(name string, d, tokens, heads int) error {
	if err := b.linear(name+".qkv", d, 3*d, true, false, true); err != nil {
		return err
	}
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return Attention(x, tokens, heads) }); err != nil {
		return err
	}
	return b.linear(name+".out", d, d, true, false, true)
}

// residual adds what branch makes of x to x.
func (b *builder) residual(branch func() error) error {
	x := b.x
	if err := branch(); err != nil {
		return err
	}
	return b.apply(func(y *G.Node) (*G.Node, error) { return Add(x, y) })
}

func (b *builder) tokens(t, d int) error {
	class := b.param("class", constant(0), 1, d)
	positions := b.param("positions", gaussian(vitStart), t, d)
	return b.apply(func(x *G.Node) (*G.Node, error) { return Tokens(x, class, positions) })
}

func (b *builder) layerNorm(name string, d int) error {
	gamma := b.param(name+".weight", constant(1), d)
	beta := b.param(name+".bias", constant(0), d)
	return b.apply(func(x *G.Node) (*G.Node, error) { return LayerNorm(x, gamma, beta, vitEps) })
}

func (b *builder) linearGELU(name string, in, out int) error {
	w := b.param(name+".weight", uniform(in), in, out)
	c := b.param(name+".bias", constant(0), out)
	return b.apply(func(x *G.Node) (*G.Node, error) { return LinearGELU(x, w, c) })
}

func gaussian(std float64) func(*rand.Rand) float32 {
	return func(r *rand.Rand) float32 { return float32(std * r.NormFloat64()) }
}
