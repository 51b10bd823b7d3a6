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
		Forward:  n.forwardAll,
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
	now           normArrays

	forwardPart, backwardPart func(lo, hi int) // bound once: a closure for each call would be garbage
}

// normArrays is what the tasks of a layer norm by itself work on.
type normArrays struct{ x, gamma, beta, y, dy, dx []float32 }

func newLayerNorm(rows, d int, eps float64) *layerNorm {
	n := &layerNorm{
		rows: rows, d: d, eps: eps, mean: make([]float32, rows), istd: make([]float32, rows),
		dgamma: make([]float32, d), dbeta: make([]float32, d),
	}
	n.forwardPart = func(lo, hi int) {
		from, to := lo*n.d, hi*n.d
		n.forward(lo, n.now.y[from:to], n.now.x[from:to], n.now.gamma, n.now.beta)
	}
	n.backwardPart = func(lo, hi int) {
		from, to := lo*n.d, hi*n.d
		n.backward(lo, n.now.dx[from:to], n.now.x[from:to], n.now.gamma, n.now.dy[from:to], nil)
	}
	return n
}

func (n *layerNorm) forwardAll(team *team.Team, in [][]float32, y []float32) {
	n.now = normArrays{x: in[0], gamma: in[1], beta: in[2], y: y}
	team.Chunks(n.rows, kernel.RowChunk(n.d), n.forwardPart)
}

func (n *layerNorm) backwardAll(team *team.Team, v [][]float32, dx []float32) {
	n.now = normArrays{x: v[0], gamma: v[1], dy: v[2], dx: dx}
	team.Chunks(n.rows, sliceRows, n.backwardPart)
	n.finish(team)
}

// forward normalises the rows of x, of which the first is row first, and records their means and
// deviations.
func (n *layerNorm) forward(first int, y, x, gamma, beta []float32) {
	for at := 0; at < len(y); at += n.d {
		mean, variance := kernel.Moments(x[at:][:n.d])
		r := first + at/n.d
		n.mean[r], n.istd[r] = float32(mean), float32(1/math.Sqrt(variance+n.eps))
	}
	n.again(first, y, x, gamma, beta)
}

// again does what forward has done by the means and deviations that it has left.
func (n *layerNorm) again(first int, y, x, gamma, beta []float32) {
	for at := 0; at < len(y); at += n.d {
		r := first + at/n.d
		kernel.LayerNorm(y[at:][:n.d], x[at:][:n.d], gamma, beta, n.mean[r], n.istd[r])
	}
}

// prepare makes room for the backward pass.
func (n *layerNorm) prepare() { n.sums = newSlicedSums(n.rows, sliceRows, 2*n.d) }

// backward sets dx = 1/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = γ·dy (+ add, if it is not nil),
// and takes the sums of dγ and dβ, for a slice of rows of which the first is row first.
func (n *layerNorm) backward(first int, dx, x, gamma, dy, add []float32) {
	sums := n.sums.own(first)
	for at := 0; at < len(dx); at += n.d {
		r, row, g, to := first+at/n.d, x[at:][:n.d], dy[at:][:n.d], dx[at:][:n.d]
		sum, dot := kernel.LayerNormSums(row, gamma, g, sums[:n.d], sums[n.d:], n.mean[r], n.istd[r])
		a, b := float32(sum/float64(n.d)), float32(dot/float64(n.d))
		kernel.LayerNormBackward(to, row, gamma, g, n.mean[r], n.istd[r], a, b)
		if add != nil {
			kernel.Combine(to, add[at:][:n.d], to, 1, 1)
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
		Forward: n.backwardAll,
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
