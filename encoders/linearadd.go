package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LinearAdd computes residual + (x·w + b), x [N,In], w [In,Out], b [Out]: the end of a residual
// branch (He et al. 2016) whose last layer is [Linear]. The gradient passes to the residual [N,Out]
// as it is.
func LinearAdd(x, w, b, residual *G.Node) (*G.Node, error) {
	plain, err := newLinear(x, w)
	if err != nil {
		return nil, err
	}
	l := &linearAdd{affine: plain.affine, n: plain.n}
	l.forwardPart, l.backwardPart = l.forwardRows, l.backwardSlice
	return graph.Apply(graph.Op{
		Kind: "linear-add", Out: tensor.Shape{l.n, l.out}, Diff: []bool{true, true, true, true}, Forward: l.forward, Backward: l.backwardNodes, Layer: l,
	}, x, w, b, residual)
}

type linearAdd struct {
	affine
	n   int
	now linearAddRows

	forwardPart, backwardPart func(lo, hi int) // bound once: a closure for each call would be garbage
}

// linearAddRows is what the tasks of a pass work on: backward, rows from first on.
type linearAddRows struct {
	w        *kernel.Panels // for the product at hand
	b        []float32
	x, y     []float32 // [N,In] and [N,Out]
	residual []float32 // [N,Out]
	first    int
	dx, dy   []float32 // [n,In] and [n,Out]
}

func (l *linearAdd) forward(team *team.Team, v [][]float32, y []float32) {
	l.now = linearAddRows{w: l.packed(team, v[1], false), x: v[0], b: v[2], residual: v[3], y: y}
	team.Chunks(l.n, rowsATask(l.in+2*l.out), l.forwardPart)
	packings.Put(l.now.w)
	l.now = linearAddRows{}
}

func (l *linearAdd) forwardRows(lo, hi int) {
	y := l.now.y[lo*l.out : hi*l.out]
	l.now.w.Multiply(hi-lo, l.now.x[lo*l.in:hi*l.in], l.in, l.now.b, y, l.out)
	kernel.Combine(y, l.now.residual[lo*l.out:hi*l.out], y, 1, 1)
}

// backward reads x, w, dy, sets dx and leaves dw and db in the layer.
func (l *linearAdd) backward(team *team.Team, v [][]float32, dx []float32) {
	x, w, dy := v[0], l.packed(team, v[1], true), v[2]
	for lo := 0; lo < l.n; lo += passRows {
		hi := min(l.n, lo+passRows)
		l.now = linearAddRows{w: w, first: lo, dx: dx[lo*l.in : hi*l.in], dy: dy[lo*l.out : hi*l.out]}
		team.Chunks(hi-lo, sliceRows, l.backwardPart)
		l.learn(team, lo, x[lo*l.in:hi*l.in], l.now.dy)
	}
	packings.Put(w)
	l.now = linearAddRows{}
	l.finish(team)
}

func (l *linearAdd) backwardSlice(lo, hi int) {
	dy := l.now.dy[lo*l.out : hi*l.out]
	l.addBias(l.now.first+lo, dy)
	l.now.w.Multiply(hi-lo, dy, l.out, nil, l.now.dx[lo*l.in:hi*l.in], l.in)
}

func (l *linearAdd) backwardNodes(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	l.prepare(l.n, true)
	dx, err := graph.Apply(graph.Op{
		Kind: "linear-add-grad", Out: in[0].Shape().Clone(), Forward: l.backward,
	}, in[0], in[1], grad)
	if err != nil {
		return nil, err
	}
	grads, err := withTakes(dx, l.taken()...)
	return append(grads, grad), err
}
