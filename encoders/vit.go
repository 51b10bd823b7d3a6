package encoders

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"protobench/internal/setting"

	G "gorgonia.org/gorgonia"
)

// vitWidth is the dimension of a token per unit of encoder.width: 192 at its default of 32.
const vitWidth = 6

// vitArchitecture declares the vit.
func vitArchitecture() Architecture {
	return Architecture{
		Name: "vit", Doc: "vision transformer with a class token; the only encoder with patches to predict", Source: "Dosovitskiy et al. 2021",
		Projector: true, Patches: true,
		features: func(c Config) int { return vitWidth * c.Width },
		fits:     fitsVit,
		build:    (*builder).vit,
		torch:    torchVit,
	}
}

// fitsVit refuses patches that do not tile the images, and heads that do not divide the tokens.
func fitsVit(c Config, in Input) *setting.KeyError {
	switch {
	case in.Height%c.Patch != 0 || in.Width%c.Patch != 0:
		return &setting.KeyError{
			Key: "encoder.patch", Found: fmt.Sprintf("patches of %d×%d pixels do not tile %d×%d images", c.Patch, c.Patch, in.Height, in.Width),
			Remedy: "take a divisor of both sides",
		}
	case c.Features()%c.Heads != 0:
		return &setting.KeyError{
			Key: "encoder.heads", Found: fmt.Sprintf("%d heads do not divide the tokens' dimension %d (%d × encoder.width)", c.Heads, c.Features(), vitWidth),
			Remedy: "take a divisor",
		}
	}
	return nil
}

const (
	vitEps      = 1e-6 // of the layer norms, as in the vision transformers of DINO
	vitMLPRatio = 4    // hidden units of a block's MLP per token dimension
	vitStart    = 0.02 // standard deviation of the positions at the start
)

// vit is a vision transformer (Dosovitskiy et al. 2021): patches through a linear map, a class
// token, learned positions, pre-norm transformer blocks, and a layer norm of the class token, which
// is the feature; then the projector. Crops of another size than the weights are made for get the
// positions interpolated.
func (b *builder) vit(cfg Config, in Input) error {
	d, patches := cfg.Features(), cfg.Patches(in)
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return Patches(x, cfg.Patch) }); err != nil {
		return err
	}
	if err := b.linear("patches", cfg.Patch*cfg.Patch*in.Channels, d, true, false, false); err != nil {
		return err
	}
	if err := b.hide(d); err != nil {
		return err
	}
	if err := b.tokens(cfg, in, d); err != nil {
		return err
	}
	for i := range cfg.Depth {
		if err := b.transformerBlock(fmt.Sprintf("block%d", i+1), d, vitMLPRatio*d, patches+1, cfg.Heads); err != nil {
			return err
		}
	}
	tokens := b.x
	// The norm sees each token alone: the class token's is all that is needed.
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return ClassToken(x, patches+1) }); err != nil {
		return err
	}
	if err := b.layerNorm("norm", d); err != nil {
		return err
	}
	if err := b.projector(cfg, d); err != nil {
		return err
	}
	return b.patchEmbeddings(cfg, tokens, patches+1, d)
}

// hide puts the mask token where the mask is 1. The token is drawn last, so that no other
// parameter's start moves.
func (b *builder) hide(d int) error {
	if b.mask == nil {
		return nil
	}
	token := b.maskToken(d)
	return b.apply(func(x *G.Node) (*G.Node, error) { return Hide(x, b.mask, token) })
}

// maskToken starts at zero, as in iBOT (Zhou et al. 2022).
func (b *builder) maskToken(d int) *G.Node { return b.param("mask", constant(0), 1, d) }

// patchEmbeddings sends the patches through the same norm and projector as the class token (iBOT's
// shared head). Batch norms use the patches' own statistics, and the running ones stay those of
// class tokens, which evaluation embeds.
func (b *builder) patchEmbeddings(cfg Config, tokens *G.Node, t, d int) error {
	if !cfg.Masked {
		return nil
	}
	b.maskToken(d)
	if b.g == nil || b.mode == Evaluation || b.alone {
		return nil
	}
	p := *b
	p.x, p.unrecorded = tokens, true
	if err := p.apply(func(x *G.Node) (*G.Node, error) { return PatchTokens(x, t) }); err != nil {
		return err
	}
	if err := p.layerNorm("norm", d); err != nil {
		return err
	}
	if err := p.projector(cfg, d); err != nil {
		return err
	}
	b.patches = p.x
	return nil
}

func (b *builder) tokens(cfg Config, in Input, d int) error {
	own, got := cfg.grid(b.weights.Input), cfg.grid(in)
	class := b.param("class", constant(0), 1, d)
	positions := b.param("positions", gaussian(vitStart), own[0]*own[1]+1, d)
	if got != own {
		var err error
		if positions, err = Positions(positions, own, got); err != nil {
			return err
		}
	}
	return b.apply(func(x *G.Node) (*G.Node, error) { return Tokens(x, class, positions) })
}

// grid is the number of a vit's patches down and across an image.
func (c Config) grid(in Input) [2]int { return [2]int{in.Height / c.Patch, in.Width / c.Patch} }

// Patches is the number of patches that a vit cuts an image into.
func (c Config) Patches(in Input) int {
	g := c.grid(in)
	return g[0] * g[1]
}

func (b *builder) layerNorm(name string, d int) error {
	gamma, beta := b.layerNormParams(name, d)
	return b.apply(func(x *G.Node) (*G.Node, error) { return LayerNorm(x, gamma, beta, vitEps) })
}

func (b *builder) layerNormParams(name string, d int) (gamma, beta *G.Node) {
	return b.param(name+".weight", constant(1), d), b.param(name+".bias", constant(0), d)
}

func gaussian(std float64) func(*rand.Rand) float32 {
	return func(r *rand.Rand) float32 { return float32(std * r.NormFloat64()) }
}

// torchVit names parameters as timm does, whose map of patches is a convolution [D,C,P,P] and whose
// tokens have an axis for images.
func torchVit(c Config, in Input, p *TorchParam) {
	switch p.Name {
	case "class":
		p.Name, p.Shape = "cls_token", append([]int{1}, p.Shape...)
	case "positions":
		p.Name, p.Shape = "pos_embed", append([]int{1}, p.Shape...)
	case "mask":
		p.Name, p.Shape = "mask_token", append([]int{1}, p.Shape...)
	case "patches.weight":
		p.View, p.Order = []int{p.Shape[0], c.Patch, c.Patch, in.Channels}, []int{0, 3, 1, 2}
		p.Shape = []int{p.Shape[0], in.Channels, c.Patch, c.Patch}
	}
	p.Name = fromZero(p.Name, `^block(\d+)\.`, "blocks.%d.")
	p.Name = strings.NewReplacer("patches.", "patch_embed.proj.", ".attention.qkv.", ".attn.qkv.", ".attention.out.", ".attn.proj.", ".fc", ".mlp.fc").Replace(p.Name)
}
