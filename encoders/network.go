package encoders

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

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
	Patches   *G.Node   // [N·P,D], the projector's output of every patch; nil but for masked weights in training
	Params    []*G.Node // one per parameter of the weights, in their order

	b *builder
}

// Features returns the dimension F of the backbone's output.
func (c Config) Features() int {
	switch c.Name {
	case "mlp":
		return mlpWidth * c.Width
	case "vit":
		return vitWidth * c.Width
	case "identity":
		return c.Dim
	case "resnet18":
		return resnetWidth * c.Width << (c.Depth - 1)
	}
	return c.Width << (c.Depth - 1)
}

// Widths per unit of encoder.width, so that its default of 32 gives every encoder its usual size: 512 hidden units,
// tokens of dimension 192, and 64 channels in the first stage.
const (
	mlpWidth    = 16
	vitWidth    = 6
	resnetWidth = 2
)

// New draws the weights of an encoder. Each parameter has a random stream of its own, so that a change in
// one layer leaves the others' start as it was.
func New(cfg Config, in Input, seed uint64) (*Weights, error) {
	if err := cfg.Fits(in, in); err != nil {
		return nil, err
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

// Fits says what is wrong with the settings for images of this size, naming the key; whole is the size that the weights are made for.
func (c Config) Fits(in, whole Input) error {
	halves := c.Name == "convnet" || c.Name == "resnet18"
	switch {
	case (c.Name == "mlp" || c.Name == "identity") && in != whole:
		return fmt.Errorf("encoder.name: %s reads images of %d×%d pixels and no smaller ones; take another encoder", c.Name, whole.Height, whole.Width)
	case c.Name == "identity":
		return c.fitsIdentity(in)
	case halves && (in.Height>>(c.Depth-1) < 1 || in.Width>>(c.Depth-1) < 1):
		return fmt.Errorf("encoder.depth: %d blocks halve %d×%d images below one pixel; use fewer", c.Depth, in.Height, in.Width)
	case halves && !slices.Contains([]int{0, 2, 4}, c.Winograd):
		return fmt.Errorf("encoder.winograd: found %d; expected 0, 2 or 4", c.Winograd)
	case c.Name == "vit" && (in.Height%c.Patch != 0 || in.Width%c.Patch != 0):
		return fmt.Errorf("encoder.patch: patches of %d×%d pixels do not tile %d×%d images; take a divisor of both sides", c.Patch, c.Patch, in.Height, in.Width)
	case c.Name == "vit" && c.Features()%c.Heads != 0:
		return fmt.Errorf("encoder.heads: %d heads do not divide the tokens' dimension %d (%d × encoder.width); take a divisor", c.Heads, c.Features(), vitWidth)
	}
	return nil
}

// Build adds the network to x's graph: x is [N,H,W,C], normalised images.
func (w *Weights) Build(x *G.Node, mode Mode, prefix string) (*Nodes, error) {
	return w.BuildMasked(x, nil, mode, prefix)
}

// BuildMasked is [Weights.Build] with some patches of a vit hidden from it: where mask [N,P] is 1 the mask token stands for the
// patch (masked weights only). A nil mask hides nothing.
func (w *Weights) BuildMasked(x, mask *G.Node, mode Mode, prefix string) (*Nodes, error) {
	return w.build(x, &builder{weights: w, mode: mode, g: x.Graph(), prefix: prefix, mask: mask, nodes: map[string]*G.Node{}})
}

func (w *Weights) build(x *G.Node, b *builder) (*Nodes, error) {
	if err := b.network(x); err != nil {
		return nil, err
	}
	out := &Nodes{Features: b.features, Embedding: b.x, Patches: b.patches, b: b}
	for _, p := range w.Params {
		out.Params = append(out.Params, b.nodes[p.Name])
	}
	return out, nil
}

// Again adds the same network on further images x [M,h,w,C] of any size that fits, with the parameters' nodes of the first:
// gradients of both add up. Batch norms use the statistics of these images alone and record them after those of the first, as
// separate forward passes do (multi-crop: Caron et al. 2020). data is x's memory.
func (n *Nodes) Again(data []float32, shape ...int) (*Nodes, error) {
	w := n.b.weights
	if err := w.Config.Fits(Input{shape[1], shape[2], shape[3]}, w.Input); err != nil {
		return nil, err
	}
	x, err := graph.InputAfter(n.Embedding, data, shape...)
	if err != nil {
		return nil, err
	}
	b := *n.b
	b.mask, b.patches, b.alone = nil, nil, true
	return w.build(x, &b)
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
	var err error
	switch cfg.Name {
	case "convnet":
		err = b.convnet(cfg, in)
	case "mlp":
		err = b.mlp(cfg, in)
	case "resnet18":
		err = b.resnet(cfg, in)
	case "vit":
		err = b.vit(cfg, in)
	case "identity":
		err = b.identity()
	default:
		err = fmt.Errorf("encoder.name: %q is unknown; expected convnet, mlp, resnet18, vit or identity", cfg.Name)
	}
	return err
}

// convnet is conv3×3–BN–ReLU blocks with doubling channels, stride 2 from the second block on, then a global
// average pool and the projector.
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
	n := b.nodes[name]
	if n == nil {
		n = graph.Input(b.g, b.prefix+name, b.weights.Param(name).Value, shape...)
		b.nodes[name] = n
	}
	return n
}

func (b *builder) conv(name string, in, out, stride int, inputGrad bool) (err error) {
	w := b.param(name+".weight", uniform(9*in), 3, 3, in, out)
	if b.g != nil {
		b.x, err = Conv3x3(b.x, w, stride, b.weights.Config.Winograd, inputGrad)
	}
	return err
}

func (b *builder) conv1x1(name string, in, out, stride int) error {
	w := b.param(name+".weight", uniform(in), in, out)
	return b.apply(func(x *G.Node) (*G.Node, error) { return Conv1x1(x, w, stride) })
}

func (b *builder) linear(name string, in, out int, bias, relu, inputGrad bool) error {
	return b.linearFrom(name, uniform(in), in, out, bias, relu, inputGrad)
}

func (b *builder) linearFrom(name string, start func(*rand.Rand) float32, in, out int, bias, relu, inputGrad bool) (err error) {
	w := b.param(name+".weight", start, in, out)
	var c *G.Node
	if bias {
		c = b.param(name+".bias", constant(0), out)
	}
	if b.g != nil {
		b.x, err = Linear(b.x, w, c, relu, inputGrad)
	}
	return err
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

// normAdd is a batch norm with a shortcut added and ReLU behind; deferred, the layers behind it apply it.
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

// uniform draws from U(-1/√n, 1/√n) for n inputs, PyTorch's default for convolutions and linear layers. The scale sets
// the effective learning rate of layers behind which a batch norm stands, so it matters that it is the usual one.
func uniform(inputs int) func(*rand.Rand) float32 {
	bound := 1 / math.Sqrt(float64(inputs))
	return func(r *rand.Rand) float32 { return float32(bound * stream.Either(r)) }
}

func constant(v float32) func(*rand.Rand) float32 {
	return func(*rand.Rand) float32 { return v }
}
