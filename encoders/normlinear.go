package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// NormLinear is [Linear] with a bias behind [LayerNorm], x [N,In], gamma and beta [In], w [In,Out],
// b [Out]: the beginning of a pre-norm branch. The backward pass normalises x again rather than
// keep what the linear map saw.
func NormLinear(x, gamma, beta, w, b *G.Node, eps float64) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 2 || len(ws) != 2 || xs[1] != ws[0] {
		return nil, fmt.Errorf("encoders: a linear layer of %v with weights %v", xs, ws)
	}
	l := &normLinear{norm: newLayerNorm(xs[0], xs[1], eps), affine: affine{in: ws[0], out: ws[1]}, n: xs[0]}
	l.forwardPart, l.backwardPart = l.forwardRows, l.backwardSlice
	return graph.Apply(graph.Op{
		Kind: "norm-linear", Out: tensor.Shape{l.n, l.out}, Diff: []bool{true, true, true, true, true},
		Forward: l.forward, Backward: l.backwardNodes, Layer: l,
	}, x, gamma, beta, w, b)
}

type normLinear struct {
	affine
	norm *layerNorm
	n    int
	now  normLinearRows

	forwardPart, backwardPart func(lo, hi int) // bound once: a closure for each call would be garbage
}

// normLinearRows is what the tasks of a pass work on. Those that go with h are of a backward pass,
// for rows from first on.
type normLinearRows struct {
	w              *kernel.Panels // for the product at hand
	x, y           []float32      // [N,In] and [N,Out]
	gamma, beta, b []float32
	first          int
	dx, h, dh      []float32 // [n,In]
	dy             []float32 // [n,Out]
}

func (l *normLinear) forward(team *team.Team, v [][]float32, y []float32) {
	l.now = normLinearRows{w: l.packed(team, v[3], false), x: v[0], gamma: v[1], beta: v[2], b: v[4], y: y}
	team.Chunks(l.n, rowsATask(2*l.in+l.out), l.forwardPart)
	packings.Put(l.now.w)
	l.now = normLinearRows{}
}

func (l *normLinear) forwardRows(lo, hi int) {
	r := rooms.Get()
	defer rooms.Put(r)
	h := r.of((hi - lo) * l.in)
	l.norm.forward(lo, h, l.now.x[lo*l.in:hi*l.in], l.now.gamma, l.now.beta)
	l.now.w.Multiply(hi-lo, h, l.in, l.now.b, l.now.y[lo*l.out:hi*l.out], l.out)
}

// backward reads x, γ, β, w, dy, sets dx and leaves the other gradients in the layer.
func (l *normLinear) backward(team *team.Team, v [][]float32, dx []float32) {
	x, dy := v[0], v[4]
	room := team.Scratch(2 * min(passRows, l.n) * l.in)
	w := l.packed(team, v[3], true)
	for lo := 0; lo < l.n; lo += passRows {
		n := min(passRows, l.n-lo)
		size, from := n*l.in, lo*l.in
		l.now = normLinearRows{
			w: w, first: lo, gamma: v[1], beta: v[2],
			x: x[from:][:size], dx: dx[from:][:size], h: room[:size], dh: room[size:][:size], dy: dy[lo*l.out:][:n*l.out],
		}
		team.Chunks(n, sliceRows, l.backwardPart)
		l.learn(team, lo, l.now.h, l.now.dy)
	}
	packings.Put(w)
	l.now = normLinearRows{}
	l.finish(team)
	l.norm.finish(team)
}

// backwardSlice takes a slice of rows back through the layer.
func (l *normLinear) backwardSlice(lo, hi int) {
	w, first := &l.now, l.now.first+lo
	dy, from, to := w.dy[lo*l.out:hi*l.out], lo*l.in, hi*l.in
	l.addBias(first, dy)
	w.w.Multiply(hi-lo, dy, l.out, nil, w.dh[from:to], l.in)
	l.norm.again(first, w.h[from:to], w.x[from:to], w.gamma, w.beta)
	l.norm.backward(first, w.dx[from:to], w.x[from:to], w.gamma, w.dh[from:to], nil)
}

// backwardNodes comes after the forward pass, which leaves means and deviations.
func (l *normLinear) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	l.prepare(l.n, true)
	l.norm.prepare()
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "norm-linear-grad", Out: in[0].Shape().Clone(), Forward: l.backward,
	}, in[0], in[1], in[2], in[3], grad, forward)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, append(l.norm.taken(), l.taken()...)...)
}
