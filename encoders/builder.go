package encoders

import (
	"math/rand/v2"

	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// builder walks an architecture: without a graph it draws the weights, with one it adds nodes. One
// walk for both keeps names and shapes in one place.
type builder struct {
	weights  *Weights
	mode     Mode
	rng      func() *rand.Rand
	g        *G.ExprGraph
	prefix   string
	nodes    map[string]*G.Node
	mask     *G.Node // [N,P] or nil
	x        *G.Node
	features *G.Node
	patches  *G.Node
	alone    bool // the class tokens are all that is asked for

	unrecorded bool // batch norms leave the running statistics alone
}

func (b *builder) network(x *G.Node) error {
	b.x = x
	cfg, in := b.weights.Config, b.weights.Input
	if x != nil {
		in = Input{x.Shape()[1], x.Shape()[2], x.Shape()[3]}
	}
	return cfg.architecture().build(b, cfg, in)
}

func (b *builder) apply(layer func(x *G.Node) (*G.Node, error)) (err error) {
	if b.g == nil {
		return nil
	}
	b.x, err = layer(b.x)
	if err == nil && b.weights.Config.BF16 && b.mode == Training {
		useBF16(b.x)
	}
	return err
}

// param draws the parameter or adds its node.
func (b *builder) param(name string, fill func(*rand.Rand) float32, shape ...int) *G.Node {
	if b.g == nil {
		b.weights.add(name, fill, b.rng, shape...)
		return nil
	}
	n := b.nodes[name]
	if n == nil {
		n = graph.Input(b.g, b.prefix+name, b.weights.Param(name).Value, shape...)
		b.nodes[name] = n
	}
	return n
}

func (b *builder) conv(name string, in, out, stride int, inputGrad bool) error {
	w := b.param(name+".weight", uniform(9*in), 3, 3, in, out)
	return b.apply(func(x *G.Node) (*G.Node, error) { return Conv3x3(x, w, stride, b.weights.Config.Winograd, inputGrad) })
}

func (b *builder) conv1x1(name string, in, out, stride int) error {
	w := b.param(name+".weight", uniform(in), in, out)
	return b.apply(func(x *G.Node) (*G.Node, error) { return Conv1x1(x, w, stride) })
}

func (b *builder) linear(name string, in, out int, bias, relu, inputGrad bool) error {
	return b.linearFrom(name, uniform(in), in, out, bias, relu, inputGrad)
}

func (b *builder) linearFrom(name string, start func(*rand.Rand) float32, in, out int, bias, relu, inputGrad bool) error {
	w := b.param(name+".weight", start, in, out)
	var c *G.Node
	if bias {
		c = b.param(name+".bias", constant(0), out)
	}
	return b.apply(func(x *G.Node) (*G.Node, error) { return Linear(x, w, c, relu, inputGrad) })
}

func (b *builder) norm(name string, ch int, relu bool) error {
	gamma, beta, run := b.normParams(name, ch)
	return b.apply(func(x *G.Node) (*G.Node, error) { return BatchNorm(x, gamma, beta, run, b.mode, relu) })
}

// deferredNorm is a batch norm that the layers behind it apply, see [deferNorm].
func (b *builder) deferredNorm(name string, ch int, relu bool) error {
	gamma, beta, run := b.normParams(name, ch)
	return b.apply(func(x *G.Node) (*G.Node, error) { return deferNorm(x, gamma, beta, run, b.mode, relu) })
}

// normAdd is a batch norm with a shortcut added and ReLU behind; deferred, the layers behind it
// apply it.
func (b *builder) normAdd(name string, ch int, shortcut *G.Node, deferred bool) error {
	gamma, beta, run := b.normParams(name, ch)
	add := BatchNormAdd
	if deferred {
		add = deferNormAdd
	}
	return b.apply(func(x *G.Node) (*G.Node, error) { return add(x, gamma, beta, shortcut, run, b.mode) })
}

func (b *builder) normParams(name string, ch int) (gamma, beta *G.Node, run Running) {
	gamma = b.param(name+".weight", constant(1), ch)
	beta = b.param(name+".bias", constant(0), ch)
	if b.g == nil {
		b.weights.add(name+".mean", constant(0), b.rng, ch)
		b.weights.add(name+".var", constant(1), b.rng, ch)
		return nil, nil, Running{}
	}
	if b.unrecorded {
		return gamma, beta, Running{Mean: make([]float32, ch), Var: make([]float32, ch)}
	}
	return gamma, beta, Running{Mean: b.weights.Param(name + ".mean").Value, Var: b.weights.Param(name + ".var").Value}
}
