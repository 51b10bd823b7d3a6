package encoders

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LayerNorm normalises each row of x [...,D] to mean 0 and (biased) variance 1, scales by gamma and
// shifts by beta [D] (Ba et al. 2016). It has no statistics, so training and evaluation do the
// same.
func LayerNorm(x, gamma, beta *G.Node, eps float64) (*G.Node, error) {
	shape := x.Shape()
	d := shape[len(shape)-1]
	n := newLayerNorm(shape.TotalSize()/d, d, eps)
	return graph.Apply(graph.Op{
		Kind: "layer-norm", Out: shape.Clone(), Diff: []bool{true, true, true},
		Forward:  func(team *team.Team, in [][]float32, out []float32) { n.forward(team, 0, out, in[0], in[1], in[2]) },
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
	now           normRows

	forwardRows, againRows, backwardRows func(lo, hi int) // bound once: a closure for each call would be garbage
}

// normRows is what the tasks of a pass work on: rows from first on.
type normRows struct {
	first       int
	x, y        []float32
	gamma, beta []float32
	dy, dx      []float32
	add         []float32 // to dx, unless it is nil
}

func newLayerNorm(rows, d int, eps float64) *layerNorm {
	n := &layerNorm{
		rows: rows, d: d, eps: eps, mean: make([]float32, rows), istd: make([]float32, rows),
		dgamma: make([]float32, d), dbeta: make([]float32, d),
	}
	n.forwardRows, n.againRows, n.backwardRows = n.forwardPart, n.againPart, n.backwardPart
	return n
}

// forward normalises the rows of x, of which the first is row first, and records their means and
// deviations.
func (n *layerNorm) forward(team *team.Team, first int, y, x, gamma, beta []float32) {
	n.now = normRows{first: first, y: y, x: x, gamma: gamma, beta: beta}
	team.Chunks(len(y)/n.d, kernel.RowChunk(n.d), n.forwardRows)
}

func (n *layerNorm) forwardPart(lo, hi int) {
	for r := lo; r < hi; r++ {
		mean, variance := kernel.Moments(n.now.x[r*n.d:][:n.d])
		at := n.now.first + r
		n.mean[at], n.istd[at] = float32(mean), float32(1/math.Sqrt(variance+n.eps))
	}
	n.againPart(lo, hi)
}

// again does what forward has done by the means and deviations that it has left.
func (n *layerNorm) again(team *team.Team, first int, y, x, gamma, beta []float32) {
	n.now = normRows{first: first, y: y, x: x, gamma: gamma, beta: beta}
	team.Chunks(len(y)/n.d, kernel.RowChunk(n.d), n.againRows)
}

func (n *layerNorm) againPart(lo, hi int) {
	for r := lo; r < hi; r++ {
		at := n.now.first + r
		kernel.LayerNorm(n.now.y[r*n.d:][:n.d], n.now.x[r*n.d:][:n.d], n.now.gamma, n.now.beta, n.mean[at], n.istd[at])
	}
}

// prepare makes room for the backward pass.
func (n *layerNorm) prepare() { n.sums = newSlicedSums(n.rows, sliceRows, 2*n.d) }

// backward sets dx = 1/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = γ·dy (+ add, if it is not nil),
// and takes the sums of dγ and dβ, for rows of which the first is row first.
func (n *layerNorm) backward(team *team.Team, first int, dx, x, gamma, dy, add []float32) {
	n.now = normRows{first: first, x: x, gamma: gamma, dy: dy, dx: dx, add: add}
	team.Chunks(len(dx)/n.d, sliceRows, n.backwardRows)
}

func (n *layerNorm) backwardPart(lo, hi int) {
	sums := n.sums.own(n.now.first + lo)
	for r := lo; r < hi; r++ {
		at := n.now.first + r
		row, g, dx := n.now.x[r*n.d:][:n.d], n.now.dy[r*n.d:][:n.d], n.now.dx[r*n.d:][:n.d]
		sum, dot := kernel.LayerNormSums(row, n.now.gamma, g, sums[:n.d], sums[n.d:], n.mean[at], n.istd[at])
		a, b := float32(sum/float64(n.d)), float32(dot/float64(n.d))
		kernel.LayerNormBackward(dx, row, n.now.gamma, g, n.mean[at], n.istd[at], a, b)
		if n.now.add != nil {
			kernel.Combine(dx, n.now.add[r*n.d:][:n.d], dx, 1, 1)
		}
	}
}

// finish leaves dγ and dβ in the layer once all rows have been seen.
func (n *layerNorm) finish(team *team.Team) {
	n.sums.total(team, n.dgamma, 0)
	n.sums.total(team, n.dbeta, n.d)
}

// backwardNodes comes after the forward pass, which leaves means and deviations.
func (n *layerNorm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	n.prepare()
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "layer-norm-grad", Out: in[0].Shape().Clone(),
		Forward: func(team *team.Team, v [][]float32, dst []float32) {
			n.backward(team, 0, dst, v[0], v[1], v[2], nil)
			n.finish(team)
		},
	}, in[0], in[1], grad, forward)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, n.taken()...)
}

// taken are the gradients of scale and shift.
func (n *layerNorm) taken() []taken {
	return []taken{{n.dgamma, tensor.Shape{n.d}}, {n.dbeta, tensor.Shape{n.d}}}
}
