package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Linear computes x·w (+ b), x [N,In] or [N,...] with In numbers a row, w [In,Out], b [Out] or nil,
// with relu fused behind. Without inputGrad no gradient flows to x.
func Linear(x, w, b *G.Node, relu, inputGrad bool) (*G.Node, error) {
	l, err := newLinear(x, w)
	if err != nil {
		return nil, err
	}
	l.relu, l.inputGrad = relu, inputGrad
	if b == nil {
		return l.node("linear", x, w)
	}
	return l.node("linear", x, w, b)
}

// LinearGELU is [Linear] with a bias and [GELU] fused behind: x [N,In], w [In,Out], b [Out].
func LinearGELU(x, w, b *G.Node) (*G.Node, error) {
	l, err := newLinear(x, w)
	if err != nil {
		return nil, err
	}
	l.gelu, l.inputGrad = true, true
	return l.node("linear-gelu", x, w, b)
}

// linear is an affine map with what is fused behind it.
type linear struct {
	affine
	n          int
	relu, gelu bool
	inputGrad  bool
	pre        []float32 // [N,Out], what GELU saw, where a backward pass will ask for it
	now        linearRows

	fuseRows, gradRows func(lo, hi int) // bound once: a closure for each call would be garbage
}

// linearRows is what the tasks of a pass work on: rows from first on.
type linearRows struct {
	first         int
	y, pre, dy, g []float32
}

func newLinear(x, w *G.Node) (*linear, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) < 2 || len(ws) != 2 || xs.TotalSize() != xs[0]*ws[0] {
		return nil, fmt.Errorf("encoders: a linear layer of %v with weights %v", xs, ws)
	}
	l := &linear{affine: affine{in: ws[0], out: ws[1]}, n: xs[0]}
	l.fuseRows, l.gradRows = l.fuse, l.gradient
	return l, nil
}

func (l *linear) node(kind string, in ...*G.Node) (*G.Node, error) {
	diff := []bool{l.inputGrad, true, true}[:len(in)]
	return graph.Apply(graph.Op{
		Kind: kind, Out: tensor.Shape{l.n, l.out}, Diff: diff, Forward: l.forward, Backward: l.backwardNodes, Layer: l,
	}, in...)
}

func (l *linear) forward(team *team.Team, in [][]float32, y []float32) {
	var b []float32
	if len(in) > 2 {
		b = in[2]
	}
	for lo := 0; lo < l.n; lo += passRows {
		hi := min(l.n, lo+passRows)
		l.now = linearRows{first: lo, y: y[lo*l.out : hi*l.out]}
		l.now.pre = l.now.y
		if l.pre != nil {
			l.now.pre = l.pre[lo*l.out : hi*l.out]
		}
		l.affine.forward(team, hi-lo, l.now.pre, in[0][lo*l.in:], in[1], b)
		if l.relu || l.gelu {
			team.Chunks(len(l.now.y), kernel.ChunkSize, l.fuseRows)
		}
	}
}

// fuse does what stands behind the product to some of its numbers.
func (l *linear) fuse(lo, hi int) {
	y, pre := l.now.y[lo:hi], l.now.pre[lo:hi]
	switch {
	case l.relu:
		kernel.ReLU(y, y)
	case l.gelu:
		kernel.GELU(y, pre)
	}
}

// backward reads x, w, y, dy and leaves dw and db in the layer.
func (l *linear) backward(team *team.Team, v [][]float32, dx []float32) {
	x, w, y, dy := v[0], v[1], v[2], v[3]
	var room []float32
	if l.relu || l.gelu {
		room = team.Scratch(min(passRows, l.n) * l.out)
	}
	for lo := 0; lo < l.n; lo += passRows {
		hi := min(l.n, lo+passRows)
		l.now = linearRows{first: lo, dy: dy[lo*l.out : hi*l.out]}
		l.now.g = l.now.dy
		switch {
		case l.relu:
			l.now.g, l.now.y = room[:(hi-lo)*l.out], y[lo*l.out:]
		case l.gelu:
			l.now.g, l.now.pre = room[:(hi-lo)*l.out], l.pre[lo*l.out:]
		}
		if room != nil || l.sums != nil {
			team.Chunks(hi-lo, sliceRows, l.gradRows)
		}
		l.learn(team, lo, x[lo*l.in:hi*l.in], l.now.g)
		if l.inputGrad {
			l.input(team, dx[lo*l.in:hi*l.in], l.now.g, w)
		}
	}
	l.finish(team)
}

// gradient sets the gradient of a slice of the product's rows, behind which what is fused lies, and
// takes the sums of db from it.
func (l *linear) gradient(lo, hi int) {
	first := l.now.first + lo
	lo, hi = lo*l.out, hi*l.out
	g, dy := l.now.g[lo:hi], l.now.dy[lo:hi]
	switch {
	case l.relu:
		kernel.MaskReLU(g, l.now.y[lo:hi], dy)
	case l.gelu:
		kernel.GELUBackward(g, l.now.pre[lo:hi], dy)
	}
	l.addBias(first, g)
}

// backwardNodes asks for the result only where the gradient is read from it: GELU's needs what the
// forward pass leaves, others nothing.
func (l *linear) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	l.prepare(l.n, len(in) > 2)
	if l.gelu {
		l.pre = make([]float32, l.n*l.out)
	}
	var err error
	if !l.relu {
		if out, err = graph.After(out); err != nil {
			return nil, err
		}
	}
	shape := tensor.Shape{1}
	if l.inputGrad {
		shape = in[0].Shape().Clone()
	}
	dx, err := graph.Apply(graph.Op{Kind: "linear-grad", Out: shape, Forward: l.backward}, in[0], in[1], out, grad)
	if err != nil {
		return nil, err
	}
	grads, err := withTakes(dx, l.taken()...)
	if err != nil {
		return nil, err
	}
	if !l.inputGrad {
		grads[0] = nil
	}
	return grads, nil
}
