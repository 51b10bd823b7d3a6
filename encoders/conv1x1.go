package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Conv1x1 multiplies every stride-th pixel of x [N,H,W,In] in both directions with w [In,Out]: the shortcut of a
// ResNet block that halves the image. No padding, no bias.
func Conv1x1(x, w *G.Node, stride int) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 4 || len(ws) != 2 || xs[3] != ws[0] || stride < 1 {
		return nil, fmt.Errorf("encoders: a 1×1 convolution of %v with weights %v and stride %d", xs, ws, stride)
	}
	c := &conv1x1{height: xs[1], width: xs[2], in: xs[3], out: ws[1], stride: stride}
	c.outHeight, c.outWidth = (xs[1]-1)/stride+1, (xs[2]-1)/stride+1
	c.rows = xs[0] * c.outHeight * c.outWidth
	c.x = make([]float32, c.rows*c.in)
	return graph.Apply(graph.Op{
		Kind: "conv1x1", Out: tensor.Shape{xs[0], c.outHeight, c.outWidth, c.out}, Diff: []bool{true, true},
		Forward: c.forward, Backward: c.backwardNodes,
	}, x, w)
}

type conv1x1 struct {
	height, width, in, out, stride int
	outHeight, outWidth, rows      int
	x, dx, dw                      []float32 // x and dx: the pixels that are read, [rows,in]
}

// pixel is the index in x of the pixel that an output row reads.
func (c *conv1x1) pixel(row int) int {
	image, p := row/(c.outHeight*c.outWidth), row%(c.outHeight*c.outWidth)
	y, x := p/c.outWidth*c.stride, p%c.outWidth*c.stride
	return ((image*c.height+y)*c.width + x) * c.in
}

func (c *conv1x1) forward(team *kernel.Team, in [][]float32, y []float32) {
	for r := range c.rows {
		copy(c.x[r*c.in:][:c.in], in[0][c.pixel(r):])
	}
	kernel.Gemm(team, false, false, c.rows, c.out, c.in, c.x, c.in, in[1], c.out, y, c.out, false)
}

// backward reads w and dy, writes dx and leaves dw in the layer.
func (c *conv1x1) backward(team *kernel.Team, v [][]float32, dx []float32) {
	w, dy := v[0], v[1]
	kernel.Gemm(team, true, false, c.in, c.out, c.rows, c.x, c.in, dy, c.out, c.dw, c.out, false)
	kernel.Gemm(team, false, true, c.rows, c.in, c.out, dy, c.out, w, c.out, c.dx, c.in, false)
	clear(dx)
	for r := range c.rows {
		copy(dx[c.pixel(r):], c.dx[r*c.in:][:c.in])
	}
}

// backwardNodes has the output as an operand only to order it after the forward pass, which gathers x.
func (c *conv1x1) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	c.dx, c.dw = make([]float32, len(c.x)), make([]float32, c.in*c.out)
	dx, err := graph.Apply(graph.Op{Kind: "conv1x1-grad", Out: in[0].Shape().Clone(), Forward: c.backward}, in[1], grad, out)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{c.dw, tensor.Shape{c.in, c.out}})
}
