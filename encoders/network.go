package encoders

import (
	"fmt"
	"math"
	"math/rand/v2"

	"protobench/encoders/graph"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

// Mode says which statistics a batch norm uses.
type Mode int

// Training uses and records the batch's statistics, Evaluation the recorded ones.
const (
	Training Mode = iota
	Evaluation
)

// Nodes are the outputs of a network in a graph.
type Nodes struct {
	Features  *G.Node   // [N,F], the backbone's output, which probes see
	Embedding *G.Node   // [N,D], the projector's output, not normalised
	Params    []*G.Node // one per parameter of the weights, in their order
}

// Features returns the dimension F of the backbone's output.
func (c Config) Features() int {
	if c.Name == "mlp" {
		return 16 * c.Width
	}
	return c.Width << (c.Depth - 1)
}

// New draws the weights of an encoder. Each parameter has a random stream of its own, so that a change in
// one layer leaves the others' start as it was.
func New(cfg Config, in Input, seed uint64) (*Weights, error) {
	if cfg.Name == "convnet" && (in.Height>>(cfg.Depth-1) < 1 || in.Width>>(cfg.Depth-1) < 1) {
		return nil, fmt.Errorf("encoder.depth: %d blocks halve %d×%d images below one pixel; use fewer", cfg.Depth, in.Height, in.Width)
	}
	w := &Weights{Config: cfg, Input: in, index: map[string]*Param{}}
	count := uint64(0)
	b := &builder{weights: w, rng: func() *rand.Rand {
		count++
		return stream.New(seed, "init", count)
	}}
	if err := b.network(nil); err != nil {
		return nil, err
	}
	return w, nil
}

// Build adds the network to x's graph: x is [N,H,W,C], normalised images.
func (w *Weights) Build(x *G.Node, mode Mode, prefix string) (*Nodes, error) {
	b := &builder{weights: w, mode: mode, g: x.Graph(), prefix: prefix, nodes: map[string]*G.Node{}}
	if err := b.network(x); err != nil {
		return nil, err
	}
	out := &Nodes{Features: b.features, Embedding: b.x}
	for _, p := range w.Params {
		out.Params = append(out.Params, b.nodes[p.Name])
	}
	return out, nil
}

// builder walks an architecture: without a graph it draws the weights, with one it adds nodes. One walk for
// both keeps names and shapes in one place.
type builder struct {
	weights  *Weights
	mode     Mode
	rng      func() *rand.Rand
	g        *G.ExprGraph
	prefix   string
	nodes    map[string]*G.Node
	x        *G.Node
	features *G.Node
}

func (b *builder) network(x *G.Node) error {
	b.x = x
	cfg, in := b.weights.Config, b.weights.Input
	var err error
	switch cfg.Name {
	case "convnet":
		err = b.convnet(cfg, in)
	case "mlp":
		err = b.mlp(cfg, in)
	default:
		err = fmt.Errorf("encoder.name: %q is unknown; expected convnet or mlp", cfg.Name)
	}
	return err
}

// convnet is conv3×3–BN–ReLU blocks with doubling channels, stride 2 from the second block on, then a global
// average pool and the projector Linear–BN–ReLU–Linear.
func (b *builder) convnet(cfg Config, in Input) error {
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
		if err := b.norm(name+".norm", out, true); err != nil {
			return err
		}
		ch, out = out, 2*out
	}
	if err := b.apply(GlobalAveragePool); err != nil {
		return err
	}
	b.features = b.x
	if err := b.linear("projector.0", ch, cfg.Hidden, false, false, true); err != nil {
		return err
	}
	if err := b.norm("projector.0.norm", cfg.Hidden, true); err != nil {
		return err
	}
	return b.linear("projector.1", cfg.Hidden, cfg.Dim, true, false, true)
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

func (b *builder) apply(layer func(x *G.Node) (*G.Node, error)) (err error) {
	if b.g != nil {
		b.x, err = layer(b.x)
	}
	return err
}

// param draws the parameter or adds its node.
func (b *builder) param(name string, fill func(*rand.Rand) float32, shape ...int) *G.Node {
	if b.g == nil {
		b.weights.add(name, fill, b.rng, shape...)
		return nil
	}
	n := graph.Input(b.g, b.prefix+name, b.weights.Param(name).Value, shape...)
	b.nodes[name] = n
	return n
}

func (b *builder) conv(name string, in, out, stride int, inputGrad bool) (err error) {
	w := b.param(name+".weight", uniform(9*in), 3, 3, in, out)
	if b.g != nil {
		b.x, err = Conv3x3(b.x, w, stride, inputGrad)
	}
	return err
}

func (b *builder) linear(name string, in, out int, bias, relu, inputGrad bool) (err error) {
	w := b.param(name+".weight", uniform(in), in, out)
	var c *G.Node
	if bias {
		c = b.param(name+".bias", constant(0), out)
	}
	if b.g != nil {
		b.x, err = Linear(b.x, w, c, relu, inputGrad)
	}
	return err
}

func (b *builder) norm(name string, ch int, relu bool) (err error) {
	gamma := b.param(name+".weight", constant(1), ch)
	beta := b.param(name+".bias", constant(0), ch)
	if b.g == nil {
		b.weights.add(name+".mean", constant(0), b.rng, ch)
		b.weights.add(name+".var", constant(1), b.rng, ch)
		return nil
	}
	st := Running{Mean: b.weights.Param(name + ".mean").Value, Var: b.weights.Param(name + ".var").Value}
	b.x, err = BatchNorm(b.x, gamma, beta, st, b.mode, relu)
	return err
}

// uniform draws from U(-1/√n, 1/√n) for n inputs, PyTorch's default for convolutions and linear layers. The scale sets
// the effective learning rate of layers behind which a batch norm stands, so it matters that it is the usual one.
func uniform(inputs int) func(*rand.Rand) float32 {
	bound := 1 / math.Sqrt(float64(inputs))
	return func(r *rand.Rand) float32 { return float32(bound * (2*r.Float64() - 1)) }
}

func constant(v float32) func(*rand.Rand) float32 {
	return func(*rand.Rand) float32 { return v }
}
