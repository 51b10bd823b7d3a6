package encoders

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LayerNorm normalises each row of x [...,D] to mean 0 and (biased) variance 1, scales by gamma and shifts by beta [D]
// (Ba et al. 2016). It has no statistics, so training and evaluation do the same.
func LayerNorm(x, gamma, beta *G.Node, eps float64) (*G.Node, error) {
	shape := x.Shape()
	d := shape[len(shape)-1]
	n := newLayerNorm(shape.TotalSize()/d, d, eps)
	return graph.Apply(graph.Op{
		Kind: "layer-norm", Out: shape.Clone(), Diff: []bool{true, true, true},
		Forward:  func(team *kernel.Team, in [][]float32, out []float32) { n.forward(team, out, in[0], in[1], in[2]) },
		Backward: n.backwardNodes,
	}, x, gamma, beta)
}

// layerNorm is one layer norm's private state between its passes.
type layerNorm struct {
	rows, d       int
	eps           float64
	mean, istd    []float32 // [rows]
	dgamma, dbeta []float32
	sums          *slicedSums // dγ and dβ side by side
}

func newLayerNorm(rows, d int, eps float64) *layerNorm {
	return &layerNorm{
		rows: rows, d: d, eps: eps, mean: make([]float32, rows), istd: make([]float32, rows),
		dgamma: make([]float32, d), dbeta: make([]float32, d),
	}
}

func (n *layerNorm) forward(team *kernel.Team, y, x, gamma, beta []float32) {
	team.Chunks(n.rows, kernel.RowChunk(n.d), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := x[r*n.d:][:n.d]
			mean, variance := kernel.Moments(row)
			n.mean[r], n.istd[r] = float32(mean), float32(1/math.Sqrt(variance+n.eps))
			kernel.LayerNorm(y[r*n.d:][:n.d], row, gamma, beta, n.mean[r], n.istd[r])
		}
	})
}

// backward sets dx = 1/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = γ·dy, and leaves dγ and dβ in the layer.
func (n *layerNorm) backward(team *kernel.Team, dx, x, gamma, dy []float32) {
	n.sums.each(team, func(lo, hi int, sums []float32) {
		for r := lo; r < hi; r++ {
			row, g := x[r*n.d:][:n.d], dy[r*n.d:][:n.d]
			sum, dot := kernel.LayerNormSums(row, gamma, g, sums[:n.d], sums[n.d:], n.mean[r], n.istd[r])
			a, b := float32(sum/float64(n.d)), float32(dot/float64(n.d))
			kernel.LayerNormBackward(dx[r*n.d:][:n.d], row, gamma, g, n.mean[r], n.istd[r], a, b)
		}
	})
	n.sums.total(team, n.dgamma, 0)
	n.sums.total(team, n.dbeta, n.d)
}

// backwardNodes comes after the forward pass, which leaves means and deviations.
func (n *layerNorm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	n.sums = newSlicedSums(n.rows, sliceRows, 2*n.d)
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "layer-norm-grad", Out: in[0].Shape().Clone(),
		Forward: func(team *kernel.Team, v [][]float32, dst []float32) { n.backward(team, dst, v[0], v[1], v[2]) },
	}, in[0], in[1], grad, forward)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{n.dgamma, tensor.Shape{n.d}}, taken{n.dbeta, tensor.Shape{n.d}})
}
