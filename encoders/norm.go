package encoders

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

const (
	normEps      = 1e-5
	normMomentum = 0.1
	normChunk    = 1024 // rows whose sums are taken in float32 before they are added in float64
)

// Running are a batch norm's statistics for evaluation, [C] each, shared by all graphs of a branch.
type Running struct{ Mean, Var []float32 }

// BatchNorm normalises x [...,C] per channel over all other dimensions, scales by gamma and shifts by beta [C]
// (Ioffe and Szegedy 2015; biased variance for the batch, unbiased for the running one, ε = 1e-5, momentum 0.1), with
// relu fused behind. In Training mode it uses the batch's statistics and updates the running ones; in Evaluation mode it uses those.
func BatchNorm(x, gamma, beta *G.Node, run Running, mode Mode, relu bool) (*G.Node, error) {
	shape := x.Shape()
	ch := shape[len(shape)-1]
	n := newNorm(shape.TotalSize()/ch, ch, run, relu)
	op := graph.Op{Kind: "batch-norm", Out: shape.Clone()}
	if mode == Evaluation {
		op.Forward = func(team *kernel.Team, in [][]float32, out []float32) { n.evaluate(team, out, in[0], in[1], in[2]) }
		return graph.Apply(op, x, gamma, beta)
	}
	op.Diff = []bool{true, true, true}
	op.Forward = func(team *kernel.Team, in [][]float32, out []float32) { n.forward(team, out, in[0], in[1], in[2]) }
	op.Backward = n.backwardNodes
	return graph.Apply(op, x, gamma, beta)
}

// norm is one batch norm's private state between its passes.
type norm struct {
	rows, ch     int
	run          Running
	relu         bool
	mean, istd   []float32
	scale, shift []float32
	s32, q32     []float32
	s64, q64     []float64
	ones         []float32 // stands for the output where no ReLU masks the gradient
	dgamma       []float32
	dbeta        []float32
}

func newNorm(rows, ch int, run Running, relu bool) *norm {
	v := make([]float32, 8*ch)
	cut := func() []float32 {
		c := v[:ch:ch]
		v = v[ch:]
		return c
	}
	return &norm{
		rows: rows, ch: ch, run: run, relu: relu,
		mean: cut(), istd: cut(), scale: cut(), shift: cut(), s32: cut(), q32: cut(), dgamma: cut(), dbeta: cut(),
		s64: make([]float64, ch), q64: make([]float64, ch),
	}
}

// sums adds the chunks' float32 sums in float64, in row order.
func (n *norm) sums(chunk func(lo, hi int)) {
	clear(n.s64)
	clear(n.q64)
	for lo := 0; lo < n.rows; lo += normChunk {
		chunk(lo, min(n.rows, lo+normChunk))
		for c := range n.ch {
			n.s64[c] += float64(n.s32[c])
			n.q64[c] += float64(n.q32[c])
		}
	}
}

func (n *norm) forward(team *kernel.Team, y, x, gamma, beta []float32) {
	copy(n.shift, x[:n.ch]) // sums about the first row keep the variance accurate
	n.sums(func(lo, hi int) {
		kernel.ColumnSums(x[lo*n.ch:hi*n.ch], hi-lo, n.ch, n.shift, n.s32, n.q32)
	})
	rows := float64(n.rows)
	for c := range n.ch {
		d := n.s64[c] / rows
		mean, variance := float64(n.shift[c])+d, max(0, n.q64[c]/rows-d*d)
		n.mean[c], n.istd[c] = float32(mean), float32(1/math.Sqrt(variance+normEps))
		unbiased := variance * rows / max(1, rows-1)
		n.run.Mean[c] += float32(normMomentum * (mean - float64(n.run.Mean[c])))
		n.run.Var[c] += float32(normMomentum * (unbiased - float64(n.run.Var[c])))
		n.scale[c] = gamma[c] * n.istd[c]
		n.shift[c] = beta[c] - float32(n.mean[c]*n.scale[c])
	}
	kernel.Affine(team, y, x, n.rows, n.ch, n.scale, n.shift, n.relu)
}

func (n *norm) evaluate(team *kernel.Team, y, x, gamma, beta []float32) {
	for c := range n.ch {
		n.scale[c] = gamma[c] * float32(1/math.Sqrt(float64(n.run.Var[c])+normEps))
		n.shift[c] = beta[c] - float32(n.run.Mean[c]*n.scale[c])
	}
	kernel.Affine(team, y, x, n.rows, n.ch, n.scale, n.shift, n.relu)
}

func (n *norm) backward(team *kernel.Team, dx, x, gamma, y, dy []float32) {
	if !n.relu {
		y = n.ones
	}
	n.backwardMasked(team, dx, x, gamma, y, dy)
}

// backwardMasked sets dx = γ/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = dy where y > 0, else 0.
func (n *norm) backwardMasked(team *kernel.Team, dx, x, gamma, y, dy []float32) {
	n.sums(func(lo, hi int) {
		lo, hi = lo*n.ch, hi*n.ch
		kernel.NormBackwardSums(x[lo:hi], y[lo:hi], dy[lo:hi], (hi-lo)/n.ch, n.ch, n.mean, n.s32, n.q32)
	})
	rows := float64(n.rows)
	for c := range n.ch {
		istd := float64(n.istd[c])
		a := float64(gamma[c]) * istd
		b := -a * istd * istd * n.q64[c] / rows
		n.dbeta[c], n.dgamma[c] = float32(n.s64[c]), float32(n.q64[c]*istd)
		n.scale[c], n.s32[c] = float32(a), float32(b)
		n.q32[c] = float32(-a*n.s64[c]/rows - b*float64(n.mean[c]))
	}
	kernel.NormBackwardApply(team, dx, x, y, dy, n.rows, n.ch, n.scale, n.s32, n.q32)
}

func (n *norm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	if !n.relu {
		n.ones = make([]float32, n.rows*n.ch)
		for i := range n.ones {
			n.ones[i] = 1
		}
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "batch-norm-grad", Out: in[0].Shape().Clone(),
		Forward: func(team *kernel.Team, v [][]float32, dst []float32) { n.backward(team, dst, v[0], v[1], v[2], v[3]) },
	}, in[0], in[1], out, grad)
	if err != nil {
		return nil, err
	}
	return withTakes(dx, taken{n.dgamma, tensor.Shape{n.ch}}, taken{n.dbeta, tensor.Shape{n.ch}})
}

// taken is a further result of a backward pass.
type taken struct {
	buffer []float32
	shape  tensor.Shape
}

func withTakes(primary *G.Node, more ...taken) (G.Nodes, error) {
	out := G.Nodes{primary}
	for _, m := range more {
		t, err := graph.Take(primary, m.buffer, m.shape...)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}
