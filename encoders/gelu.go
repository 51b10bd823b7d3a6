package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GELU computes x·Φ(x) element by element, Φ the standard normal distribution function (Hendrycks and Gimpel 2016; the
// exact form, not the tanh approximation).
func GELU(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	return graph.Apply(graph.Op{
		Kind: "gelu", Out: s.Clone(), Diff: []bool{true},
		Forward: func(team *kernel.Team, in [][]float32, out []float32) { gelu(team, out, in[0]) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "gelu-grad", Out: s.Clone(),
				Forward: func(team *kernel.Team, v [][]float32, dx []float32) {
					team.Chunks(len(dx), kernel.ChunkSize, func(lo, hi int) { kernel.GELUBackward(dx[lo:hi], v[0][lo:hi], v[1][lo:hi]) })
				},
			}, in[0], grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// LinearGELU is [Linear] with a bias and [GELU] fused behind: x [N,In], w [In,Out], b [Out].
func LinearGELU(x, w, b *G.Node) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 2 || len(ws) != 2 || xs[1] != ws[0] {
		return nil, fmt.Errorf("encoders: a linear layer of %v with weights %v", xs, ws)
	}
	l := &linear{n: xs[0], in: xs[1], out: ws[1], inputGrad: true, pre: make([]float32, xs[0]*ws[1])}
	return graph.Apply(graph.Op{
		Kind: "linear-gelu", Out: tensor.Shape{l.n, l.out}, Diff: []bool{true, true, true},
		Forward: l.forward, Backward: l.backwardNodes,
	}, x, w, b)
}

func gelu(team *kernel.Team, y, x []float32) {
	team.Chunks(len(y), kernel.ChunkSize, func(lo, hi int) { kernel.GELU(y[lo:hi], x[lo:hi]) })
}
