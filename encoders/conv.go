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
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 4 || len(ws) != 4 || xs[3] != ws[2] {
		return nil, fmt.Errorf("encoders: a convolution of %v with weights %v", xs, ws)
	}
	m := mapsOf(x)
	c := kernel.NewConv(m.Images, m.Height, m.Width, m.Channels, ws[3], stride)
	c.UseWinograd(winograd)
	return graph.Apply(graph.Op{
		Kind: "conv3x3", Out: shapeOf(c.Output()), Halo: true, Diff: []bool{inputGrad, true},
		Forward: func(team *kernel.Team, in [][]float32, out []float32) { c.Forward(team, out, in[0], in[1]) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			return convBackward(c, in, grad, inputGrad)
		},
	}, x, w)
}

// convBackward computes both gradients at once.
func convBackward(c *kernel.Conv, in G.Nodes, grad *G.Node, inputGrad bool) (G.Nodes, error) {
	dw := make([]float32, c.WeightLen())
	shape := tensor.Shape{1}
	if inputGrad {
		shape = in[0].Shape().Clone()
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "conv3x3-grad", Out: shape, Halo: inputGrad,
		Forward: func(team *kernel.Team, v [][]float32, out []float32) {
			if !inputGrad {
				out = nil
			}
			c.Backward(team, out, dw, v[2], v[0], v[1])
		},
	}, in[0], in[1], grad)
	if err != nil {
		return nil, err
	}
	gw, err := graph.Take(dx, dw, in[1].Shape()...)
	if err != nil {
		return nil, err
	}
	if !inputGrad {
		dx = nil
	}
	return G.Nodes{dx, gw}, nil
}
