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
		Forward:  func(_ *kernel.Team, in [][]float32, out []float32) { n.forward(out, in[0], in[1], in[2]) },
		Backward: n.backwardNodes,
	}, x, gamma, beta)
}

// layerNorm is one layer norm's private state between its passes.
type layerNorm struct {
	rows, d       int
	eps           float64
	mean, istd    []float32 // [rows]
	dgamma, dbeta []float32
	sumG, sumB    []float64
}

func newLayerNorm(rows, d int, eps float64) *layerNorm {
	return &layerNorm{
		rows: rows, d: d, eps: eps, mean: make([]float32, rows), istd: make([]float32, rows),
		dgamma: make([]float32, d), dbeta: make([]float32, d), sumG: make([]float64, d), sumB: make([]float64, d),
	}
}

func (n *layerNorm) forward(y, x, gamma, beta []float32) {
	for r := range n.rows {
		row, dst := x[r*n.d:][:n.d], y[r*n.d:][:n.d]
		mean, variance := moments(row)
		m, s := float32(mean), float32(1/math.Sqrt(variance+n.eps))
		n.mean[r], n.istd[r] = m, s
		for i, v := range row {
			dst[i] = float32(float32((v-m)*s)*gamma[i]) + beta[i]
		}
	}
}

// moments returns the mean and the biased variance of a row, in two passes.
func moments(x []float32) (mean, variance float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		d := float64(v) - mean
		variance += float64(d * d)
	}
	return mean, variance / float64(len(x))
}

// backward sets dx = 1/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = γ·dy, and leaves dγ and dβ in the layer.
func (n *layerNorm) backward(dx, x, gamma, dy []float32) {
	clear(n.sumG)
	clear(n.sumB)
	for r := range n.rows {
		at := r * n.d
		n.backwardRow(dx[at:][:n.d], x[at:][:n.d], gamma, dy[at:][:n.d], n.mean[r], n.istd[r])
	}
	for i := range n.d {
		n.dgamma[i], n.dbeta[i] = float32(n.sumG[i]), float32(n.sumB[i])
	}
}

func (n *layerNorm) backwardRow(dx, x, gamma, dy []float32, mean, istd float32) {
	var sum, dot float64
	for i, v := range dy {
		hat, g := (x[i]-mean)*istd, v*gamma[i]
		sum += float64(g)
		dot += float64(g) * float64(hat)
		n.sumG[i] += float64(v) * float64(hat)
		n.sumB[i] += float64(v)
	}
	a, b := float32(sum/float64(n.d)), float32(dot/float64(n.d))
	for i, v := range dy {
		hat, g := (x[i]-mean)*istd, v*gamma[i]
		dx[i] = istd * (g - a - float32(hat*b))
	}
}

// backwardNodes has the output as an operand only to order it after the forward pass, which leaves means and deviations.
func (n *layerNorm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	dx, err := graph.Apply(graph.Op{
		Kind: "layer-norm-grad", Out: in[0].Shape().Clone(),
		Forward: func(_ *kernel.Team, v [][]float32, dst []float32) { n.backward(dst, v[0], v[1], v[2]) },
	}, in[0], in[1], grad, out)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{n.dgamma, tensor.Shape{n.d}}, taken{n.dbeta, tensor.Shape{n.d}})
}
