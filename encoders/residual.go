package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Add sums two arrays of one shape: the end of a residual branch (He et al. 2016). The gradient passes to both as it is.
func Add(x, y *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "residual-add", Out: x.Shape().Clone(), Diff: []bool{true, true},
		Forward:  func(team *kernel.Team, in [][]float32, out []float32) { kernel.Add(team, out, in[0], in[1]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) { return G.Nodes{grad, grad}, nil },
	}, x, y)
}

// BatchNormAdd is [BatchNorm] of x with a residual branch of x's shape added and ReLU behind: max(0, BN(x) + residual),
// the end of a ResNet block.
func BatchNormAdd(x, gamma, beta, residual *G.Node, run Running, mode Mode) (*G.Node, error) {
	shape := x.Shape()
	ch := shape[len(shape)-1]
	n := newNorm(shape.TotalSize()/ch, ch, run, false)
	op := graph.Op{Kind: "batch-norm-add", Out: shape.Clone()}
	if mode == Evaluation {
		op.Forward = func(team *kernel.Team, in [][]float32, out []float32) {
			n.evaluate(team, out, in[0], in[1], in[2])
			addReLU(team, out, in[3])
		}
		return graph.Apply(op, x, gamma, beta, residual)
	}
	op.Diff = []bool{true, true, true, true}
	op.Forward = func(team *kernel.Team, in [][]float32, out []float32) {
		n.forward(team, out, in[0], in[1], in[2])
		addReLU(team, out, in[3])
	}
	op.Backward = n.backwardAddNodes
	return graph.Apply(op, x, gamma, beta, residual)
}

func addReLU(team *kernel.Team, y, residual []float32) {
	team.Chunks(len(y), kernel.ChunkSize, func(lo, hi int) { kernel.AddReLU(y[lo:hi], y[lo:hi], residual[lo:hi]) })
}

// backwardAddNodes masks the gradient by the output once: the masked gradient is the residual's, and the norm's input.
func (n *norm) backwardAddNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	residual := make([]float32, n.rows*n.ch)
	dx, err := graph.Apply(graph.Op{
		Kind: "batch-norm-add-grad", Out: in[0].Shape().Clone(),
		Forward: func(team *kernel.Team, v [][]float32, dst []float32) {
			maskReLU(team, residual, v[2], v[3])
			n.backwardMasked(team, dst, v[0], v[1], v[2], v[3])
		},
	}, in[0], in[1], out, grad)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{n.dgamma, tensor.Shape{n.ch}}, taken{n.dbeta, tensor.Shape{n.ch}}, taken{residual, in[3].Shape().Clone()})
}

// maskReLU sets g = dy where the ReLU's output y is positive, else 0.
func maskReLU(team *kernel.Team, g, y, dy []float32) {
	team.Chunks(len(g), kernel.ChunkSize, func(lo, hi int) { kernel.MaskReLU(g[lo:hi], y[lo:hi], dy[lo:hi]) })
}
