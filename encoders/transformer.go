package encoders

import G "gorgonia.org/gorgonia"

// transformerBlock is x + attention(norm1(x)), then + fc2(GELU(fc1(norm2(·)))), on rows of tokens.
func (b *builder) transformerBlock(name string, d, hidden, tokens, heads int) error {
	if err := b.attention(name, d, tokens, heads); err != nil {
		return err
	}
	gamma, beta := b.layerNormParams(name+".norm2", d)
	w1, b1 := b.linearParams(name+".fc1", d, hidden)
	w2, b2 := b.linearParams(name+".fc2", hidden, d)
	return b.apply(func(x *G.Node) (*G.Node, error) { return FeedForward(x, gamma, beta, w1, b1, w2, b2, vitEps) })
}

// attention adds to x what self-attention makes of its norm: the maps to queries, keys and values,
// the heads, and the map of their results.
func (b *builder) attention(name string, d, tokens, heads int) error {
	x := b.x
	gamma, beta := b.layerNormParams(name+".norm1", d)
	w1, b1 := b.linearParams(name+".attention.qkv", d, 3*d)
	w2, b2 := b.linearParams(name+".attention.out", d, d)
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return NormLinear(x, gamma, beta, w1, b1, vitEps) }); err != nil {
		return err
	}
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return Attention(x, tokens, heads) }); err != nil {
		return err
	}
	return b.apply(func(y *G.Node) (*G.Node, error) { return LinearAdd(y, w2, b2, x) })
}

func (b *builder) linearParams(name string, in, out int) (w, c *G.Node) {
	return b.param(name+".weight", uniform(in), in, out), b.param(name+".bias", constant(0), out)
}
