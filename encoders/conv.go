package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Conv3x3 convolves maps x [N,H+2,W+2,In] (see [Pad]) with w [3,3,In,Out], zero padding 1, stride 1
// or 2, no bias. Without inputGrad no gradient flows to x, which saves a third of the first layer's
// work. winograd is that of [Config].
func Conv3x3(x, w *G.Node, stride, winograd int, inputGrad bool) (*G.Node, error) {
	from, ws := read(x), w.Shape()
	m := from.maps
	if m.Halo == 0 || len(ws) != 4 || m.Channels != ws[2] {
		return nil, fmt.Errorf("encoders: a convolution of %v with weights %v", x.Shape(), ws)
	}
	c := kernel.NewConv(m.Images, m.Height, m.Width, m.Channels, ws[3], stride)
	c.UseWinograd(winograd)
	return newConvolution("conv3x3", from, w, inputGrad, c)
}

// Conv1x1 multiplies every stride-th pixel of maps x [N,H+2,W+2,In] in both directions with w
// [In,Out]: the shortcut of a ResNet block that halves the image. No padding, no bias.
func Conv1x1(x, w *G.Node, stride int) (*G.Node, error) {
	from, ws := read(x), w.Shape()
	if from.maps.Halo == 0 || len(ws) != 2 || from.maps.Channels != ws[0] || stride < 1 {
		return nil, fmt.Errorf("encoders: a 1×1 convolution of %v with weights %v and stride %d", x.Shape(), ws, stride)
	}
	return newConvolution("conv1x1", from, w, true, kernel.NewPointwise(from.maps, ws[1], stride))
}

// convolver computes one kind of convolution.
type convolver interface {
	Output() kernel.Map
	Bare(bare bool)
	Result() kernel.Map
	WeightLen() int
	Forward(team *team.Team, y []float32, x kernel.Normed, weights []float32, sums *kernel.Sums)
	Backward(team *team.Team, dx, dw, dy []float32, x kernel.Normed, weights []float32, sums *kernel.GradSums)
}

// convolution is a layer of either kind. Its maps have no border where only norms read them: they
// read the interior alone. Others ask for one ([read]).
type convolution struct {
	kind      string
	operands  G.Nodes
	bordered  bool // a border was asked for
	recompute bool // the backward pass computes the maps anew, so that they are not kept for it
	anew      *G.Node
	from      *mapSource
	inputGrad bool
	kernel    convolver
	dw        []float32
	sums      *kernel.Sums     // what a norm behind it asks for
	gradSums  *kernel.GradSums // what the norm in front of it asks for
}

func newConvolution(kind string, from *mapSource, w *G.Node, inputGrad bool, k convolver) (*G.Node, error) {
	c := &convolution{kind: kind, from: from, inputGrad: inputGrad, kernel: k, operands: append(append(G.Nodes{}, from.operands...), w)}
	return graph.Apply(graph.Op{
		Kind: kind, Out: shapeOf(k.Output()), Diff: append(from.diff(inputGrad), true), Layer: c,
		Forward: c.forward, Backward: c.backwardNodes,
	}, c.operands...)
}

// strip leaves the border out of the maps, the result of op, unless it was asked for.
func (c *convolution) strip(op *graph.Op) {
	if c.bordered {
		return
	}
	c.kernel.Bare(true)
	if m := c.kernel.Result(); m.Halo == 0 {
		op.Floats = m.Len()
	}
}

// border asks for the border, before differentiation.
func (c *convolution) border(op *graph.Op) {
	c.bordered, op.Floats, op.Halo = true, 0, true
	c.kernel.Bare(false)
}

func (c *convolution) forward(team *team.Team, in [][]float32, y []float32) {
	c.kernel.Forward(team, y, c.from.normed(in), in[len(in)-1], c.sums)
}

// inputGradient is what a convolution's backward pass keeps of itself.
type inputGradient struct{ *convolution }

// backward reads what the forward pass reads, and dy.
func (c *convolution) backward(team *team.Team, v [][]float32, dx []float32) {
	if !c.inputGrad {
		dx = nil
	}
	n := len(v)
	c.kernel.Backward(team, dx, c.dw, v[n-1], c.from.normed(v), v[n-2], c.gradSums)
}

// recomputed has the backward pass compute a convolution's maps anew rather than keep them: for those
// that are large and take few products.
func recomputed(x *G.Node) (*G.Node, error) {
	layerOf(x).(*convolution).recompute = true
	return x, nil
}

// later are the nodes to read in a backward pass that has come to grad: convolutions whose maps are
// not kept run once more.
func later(in G.Nodes, grad *G.Node) (G.Nodes, error) {
	out := append(G.Nodes{}, in...)
	for i, x := range in {
		if c, ok := layerOf(x).(*convolution); ok && c.recompute {
			if err := c.again(x.Op().(*graph.Op), grad); err != nil {
				return nil, err
			}
			out[i] = c.anew
		}
	}
	return out, nil
}

// again adds the node that computes the maps of op once more, unless it is there: differentiation
// goes backwards, so that the gradient which is there first waits for none that comes later.
func (c *convolution) again(op *graph.Op, grad *G.Node) error {
	if c.anew != nil {
		return nil
	}
	after, err := graph.After(grad)
	if err != nil {
		return err
	}
	c.anew, err = graph.Apply(graph.Op{
		Kind: c.kind + "-again", Out: op.Out, Floats: op.Floats, Halo: op.Halo, // a kind whose products no one counts twice
		Forward: func(team *team.Team, in [][]float32, y []float32) {
			c.kernel.Forward(team, y, c.from.normed(in), in[len(in)-2], nil)
		},
	}, append(append(G.Nodes{}, c.operands...), after)...)
	return err
}

// backwardNodes computes both gradients at once.
func (c *convolution) backwardNodes(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	in, err := later(in, grad)
	if err != nil {
		return nil, err
	}
	weights := in[len(in)-1]
	c.dw = make([]float32, c.kernel.WeightLen())
	shape := tensor.Shape{1}
	if c.inputGrad {
		shape = shapeOf(c.from.maps)
	}
	dx, err := graph.Apply(graph.Op{
		Kind: c.kind + "-grad", Out: shape, Halo: c.inputGrad, Forward: c.backward, Layer: inputGradient{c},
	}, append(in, grad)...)
	if err != nil {
		return nil, err
	}
	dw, err := graph.Take(dx, c.dw, weights.Shape()...)
	if err != nil {
		return nil, err
	}
	if !c.inputGrad {
		dx = nil
	}
	return append(c.from.grads(dx), dw), nil
}
