package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// Add sums two arrays of one shape: the end of a residual branch (He et al. 2016). The gradient passes to both as it is.
func Add(x, y *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "residual-add", Out: x.Shape().Clone(), Diff: []bool{true, true},
		Forward:  func(team *kernel.Team, in [][]float32, out []float32) { kernel.Add(team, out, in[0], in[1]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) { return G.Nodes{grad, grad}, nil },
	}, x, y)
}

// BatchNormAdd is [BatchNorm] of x with a residual branch of x's shape added, which may itself end in a deferred norm, and ReLU behind:
// max(0, BN(x) + residual), the end of a ResNet block.
func BatchNormAdd(x, gamma, beta, residual *G.Node, run Running, mode Mode) (*G.Node, error) {
	n := newNorm(x, run, mode, true)
	n.residual = read(residual)
	return n.node("batch-norm-add", gamma, beta)
}

// deferNormAdd is [BatchNormAdd] of maps that convolutions and the ends of residual branches alone read, see [deferNorm].
func deferNormAdd(x, gamma, beta, residual *G.Node, run Running, mode Mode) (*G.Node, error) {
	n := newNorm(x, run, mode, true)
	n.residual, n.deferred = read(residual), true
	return n.node("batch-norm-add", gamma, beta)
}
