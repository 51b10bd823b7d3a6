package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Conv3x3 convolves maps x [N,H+2,W+2,In] (see [Pad]) with w [3,3,In,Out], zero padding 1, stride 1 or 2, no bias. Without inputGrad no
// gradient flows to x, which saves a third of the first layer's work. winograd is that of [Config].
func Conv3x3(x, w *G.Node, stride, winograd int, inputGrad bool) (*G.Node, error) {
	from, ws := read(x), w.Shape()
	m := from.maps
	if m.Halo == 0 || len(ws) != 4 || m.Channels != ws[2] {
		return nil, fmt.Errorf("encoders: a convolution of %v with weights %v", x.Shape(), ws)
	}
	c := &conv3x3{from: from, inputGrad: inputGrad, conv: kernel.NewConv(m.Images, m.Height, m.Width, m.Channels, ws[3], stride)}
	c.conv.UseWinograd(winograd)
	return graph.Apply(graph.Op{
		Kind: "conv3x3", Out: shapeOf(c.conv.Output()), Halo: true, Diff: append(from.diff(inputGrad), true), Layer: c,
		Forward: c.forward, Backward: c.backwardNodes,
	}, append(from.operands, w)...)
}

type conv3x3 struct {
	from      reading
	inputGrad bool
	conv      *kernel.Conv
	dw        []float32
	sums      *kernel.Sums // what a norm behind it asks for
}

func (c *conv3x3) forward(team *kernel.Team, in [][]float32, y []float32) {
	c.conv.ForwardNormed(team, y, c.from.normed(in), in[len(in)-1], c.sums)
}

// backward reads what the forward pass reads and dy.
func (c *conv3x3) backward(team *kernel.Team, v [][]float32, dx []float32) {
	if !c.inputGrad {
		dx = nil
	}
	n := len(v)
	c.conv.BackwardNormed(team, dx, c.dw, v[n-1], c.from.normed(v), v[n-2])
}

// backwardNodes computes both gradients at once.
func (c *conv3x3) backwardNodes(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	w := in[len(in)-1]
	c.dw = make([]float32, c.conv.WeightLen())
	shape := tensor.Shape{1}
	if c.inputGrad {
		shape = shapeOf(c.from.maps)
	}
	dx, err := graph.Apply(graph.Op{Kind: "conv3x3-grad", Out: shape, Halo: c.inputGrad, Forward: c.backward}, append(append(G.Nodes{}, in...), grad)...)
	if err != nil {
		return nil, err
	}
	dw, err := graph.Take(dx, c.dw, w.Shape()...)
	if err != nil {
		return nil, err
	}
	if !c.inputGrad {
		dx = nil
	}
	return append(c.from.grads(dx), dw), nil
}
