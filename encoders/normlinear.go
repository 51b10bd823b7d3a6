package encoders

import (
	"fmt"

	"protobench/encoders/graph"
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
	l.biasRows = l.addBiasRows
	return graph.Apply(graph.Op{
		Kind: "norm-linear", Out: tensor.Shape{l.n, l.out}, Diff: []bool{true, true, true, true, true},
		Forward: l.forward, Backward: l.backwardNodes, Layer: l,
	}, x, gamma, beta, w, b)
}

type normLinear struct {
	affine
	norm     *layerNorm
	n        int
	first    int       // row of the pass at hand
	dy       []float32 // its rows
	biasRows func(lo, hi int)
}

func (l *normLinear) forward(team *team.Team, v [][]float32, y []float32) {
	x, gamma, beta, w, b := v[0], v[1], v[2], v[3], v[4]
	h := team.Scratch(min(passRows, l.n) * l.in)
	for lo := 0; lo < l.n; lo += passRows {
		n := min(passRows, l.n-lo)
		l.norm.forward(team, lo, h[:n*l.in], x[lo*l.in:], gamma, beta)
		l.affine.forward(team, n, y[lo*l.out:], h, w, b)
	}
}

// backward reads x, γ, β, w, dy, sets dx and leaves the other gradients in the layer.
func (l *normLinear) backward(team *team.Team, v [][]float32, dx []float32) {
	x, gamma, beta, w, dy := v[0], v[1], v[2], v[3], v[4]
	room := team.Scratch(2 * min(passRows, l.n) * l.in)
	for lo := 0; lo < l.n; lo += passRows {
		n := min(passRows, l.n-lo)
		h, dh, from, to := room[:n*l.in], room[n*l.in:][:n*l.in], lo*l.in, (lo+n)*l.in
		l.first, l.dy = lo, dy[lo*l.out:(lo+n)*l.out]
		l.norm.again(team, lo, h, x[from:to], gamma, beta)
		team.Chunks(n, sliceRows, l.biasRows)
		l.learn(team, lo, h, l.dy)
		l.input(team, dh, l.dy, w)
		l.norm.backward(team, lo, dx[from:to], x[from:to], gamma, dh, nil)
	}
	l.finish(team)
	l.norm.finish(team)
}

func (l *normLinear) addBiasRows(lo, hi int) { l.addBias(l.first+lo, l.dy[lo*l.out:hi*l.out]) }

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
