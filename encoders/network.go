package encoders

import (
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
	Patches   *G.Node   // [N·P,D], the projector's output of every patch; nil but for masked weights in training
	Params    []*G.Node // one per parameter of the weights, in their order

	b *builder
}

// New draws the weights of an encoder. Each parameter has a random stream of its own, so that a
// change in one layer leaves the others' start as it was.
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

// Build adds the network to x's graph: x is [N,H,W,C], normalised images.
func (w *Weights) Build(x *G.Node, mode Mode, prefix string) (*Nodes, error) {
	return w.BuildMasked(x, nil, mode, prefix)
}

// BuildMasked is [Weights.Build] with some patches of a vit hidden from it: where mask [N,P] is 1
// the mask token stands for the patch (masked weights only). A nil mask hides nothing.
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

// Again adds the same network on further images x [M,h,w,C] of any size that fits, with the
// parameters' nodes of the first: gradients of both add up. Batch norms use the statistics of these
// images alone and record them after those of the first, as separate forward passes do (multi-crop:
// Caron et al. 2020). data is x's memory.
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

// uniform draws from U(-1/√n, 1/√n) for n inputs, PyTorch's default for convolutions and linear
// layers. The scale sets the effective learning rate of layers behind which a batch norm stands, so
// it matters that it is the usual one.
func uniform(inputs int) func(*rand.Rand) float32 {
	bound := 1 / math.Sqrt(float64(inputs))
	return func(r *rand.Rand) float32 { return float32(bound * stream.Either(r)) }
}

func constant(v float32) func(*rand.Rand) float32 {
	return func(*rand.Rand) float32 { return v }
}
