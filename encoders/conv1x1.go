package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Conv1x1 multiplies every stride-th pixel of maps x [N,H+2,W+2,In] in both directions with w [In,Out]: the shortcut of a
// ResNet block that halves the image. No padding, no bias.
func Conv1x1(x, w *G.Node, stride int) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 4 || len(ws) != 2 || xs[3] != ws[0] || stride < 1 {
		return nil, fmt.Errorf("encoders: a 1×1 convolution of %v with weights %v and stride %d", xs, ws, stride)
	}
	m := mapsOf(x)
	c := &conv1x1{m: m, stride: stride, o: kernel.Map{
		Images: m.Images, Height: (m.Height-1)/stride + 1, Width: (m.Width-1)/stride + 1, Channels: ws[1], Halo: 1,
	}}
	c.x, c.y = make([]float32, c.o.Pixels()*m.Channels), make([]float32, c.o.Pixels()*ws[1])
	return graph.Apply(graph.Op{
		Kind: "conv1x1", Out: shapeOf(c.o), Halo: true, Diff: []bool{true, true},
		Forward: c.forward, Backward: c.backwardNodes,
	}, x, w)
}

type conv1x1 struct {
	m, o   kernel.Map // of the input and the output
	stride int
	x, dx  []float32 // the pixels that are read, [rows,In]
	y      []float32 // the output or its gradient without the border, [rows,Out]
	dw     []float32
}

// row calls f for each run of output pixels with where its first row of x is and where its first pixel's numbers are.
func (c *conv1x1) row(team *kernel.Team, f func(row, at int)) {
	team.Do(c.o.Images, func(i int) {
		for y := range c.o.Height {
			f((i*c.o.Height+y)*c.o.Width, c.m.Row(i, y*c.stride))
		}
	})
}

func (c *conv1x1) forward(team *kernel.Team, in [][]float32, y []float32) {
	ch, n, k := c.m.Channels, c.o.Channels, c.o.Pixels()
	c.row(team, func(row, at int) {
		for x := range c.o.Width {
			copy(c.x[(row+x)*ch:][:ch], in[0][at+x*c.stride*ch:])
		}
	})
	kernel.Gemm(team, false, false, k, n, ch, c.x, ch, in[1], n, c.y, n, false)
	c.o.Pad(team, y, c.y)
}

// backward reads w and dy, writes dx and leaves dw in the layer.
func (c *conv1x1) backward(team *kernel.Team, v [][]float32, dx []float32) {
	ch, n, k := c.m.Channels, c.o.Channels, c.o.Pixels()
	c.o.Unpad(team, c.y, v[1])
	kernel.Gemm(team, true, false, ch, n, k, c.x, ch, c.y, n, c.dw, n, false)
	kernel.Gemm(team, false, true, k, ch, n, c.y, n, v[0], n, c.dx, ch, false)
	team.Do(c.m.Images, func(i int) {
		for y := range c.m.Height {
			clear(dx[c.m.Row(i, y):][:c.m.Width*ch])
		}
	})
	c.row(team, func(row, at int) {
		for x := range c.o.Width {
			copy(dx[at+x*c.stride*ch:], c.dx[(row+x)*ch:][:ch])
		}
	})
}

// backwardNodes comes after the forward pass, which gathers x.
func (c *conv1x1) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	c.dx, c.dw = make([]float32, len(c.x)), make([]float32, c.m.Channels*c.o.Channels)
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{Kind: "conv1x1-grad", Out: in[0].Shape().Clone(), Halo: true, Forward: c.backward}, in[1], grad, forward)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{c.dw, tensor.Shape{c.m.Channels, c.o.Channels}})
}
