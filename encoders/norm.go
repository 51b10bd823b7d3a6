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
)

// Running are a batch norm's statistics for evaluation, [C] each, shared by all graphs of a branch.
type Running struct{ Mean, Var []float32 }

// BatchNorm normalises x, padded maps [N,H+2,W+2,C] or a matrix [N,C], per channel over all pixels, scales by gamma and shifts
// by beta [C] (Ioffe and Szegedy 2015; biased variance for the batch, unbiased for the running one, ε = 1e-5, momentum 0.1), with
// relu fused behind. In Training mode it uses the batch's statistics and updates the running ones; in Evaluation mode it uses those.
func BatchNorm(x, gamma, beta *G.Node, run Running, mode Mode, relu bool) (*G.Node, error) {
	n := newNorm(mapsOf(x), run, relu)
	return n.node("batch-norm", mode, x, gamma, beta)
}

// node adds the norm of in (x, gamma, beta and, where one is added, the residual).
func (n *norm) node(kind string, mode Mode, in ...*G.Node) (*G.Node, error) {
	op := graph.Op{Kind: kind, Out: in[0].Shape().Clone(), Halo: n.maps.Halo > 0, Backward: n.backwardNodes}
	op.Forward = n.forward
	if mode == Evaluation {
		op.Forward = n.evaluate
		return graph.Apply(op, in...)
	}
	op.Diff = make([]bool, len(in))
	for i := range op.Diff {
		op.Diff[i] = true
	}
	return graph.Apply(op, in...)
}

// norm is one batch norm's private state between its passes.
type norm struct {
	maps         kernel.Map
	run          Running
	relu         bool
	masks        bool      // the backward pass masks the gradient by the output
	mean, istd   []float32 // [C]
	a, b, k      []float32 // [C], what a pass applies
	sums         [3][]float32
	dgamma       []float32
	dbeta        []float32
	total, other []float64 // [C]
}

func newNorm(m kernel.Map, run Running, relu bool) *norm {
	ch := m.Channels
	v := make([]float32, (7+3*m.Images)*ch)
	cut := func(n int) []float32 {
		c := v[: n*ch : n*ch]
		v = v[n*ch:]
		return c
	}
	return &norm{
		maps: m, run: run, relu: relu, mean: cut(1), istd: cut(1), a: cut(1), b: cut(1), k: cut(1), dgamma: cut(1), dbeta: cut(1),
		sums: [3][]float32{cut(m.Images), cut(m.Images), cut(m.Images)}, total: make([]float64, ch), other: make([]float64, ch),
	}
}

// residual returns what is added behind the norm, nil if nothing is.
func residual(in [][]float32) []float32 {
	if len(in) > 3 {
		return in[3]
	}
	return nil
}

func (n *norm) forward(team *kernel.Team, in [][]float32, y []float32) {
	x, gamma, beta := in[0], in[1], in[2]
	n.maps.ColumnSums(team, x, n.sums[0], n.sums[1], n.sums[2])
	n.moments()
	rows := float64(n.maps.Pixels())
	for c := range n.mean {
		mean, variance := n.total[c], n.other[c]/rows
		n.mean[c], n.istd[c] = float32(mean), float32(1/math.Sqrt(variance+normEps))
		unbiased := variance * rows / max(1, rows-1)
		n.run.Mean[c] += float32(normMomentum * (mean - float64(n.run.Mean[c])))
		n.run.Var[c] += float32(normMomentum * (unbiased - float64(n.run.Var[c])))
		n.a[c] = gamma[c] * n.istd[c]
		n.b[c] = beta[c] - float32(n.mean[c]*n.a[c])
	}
	n.maps.Affine(team, y, x, residual(in), n.a, n.b, n.relu)
}

// moments combines the images' sums to the mean (in total) and the sum of squared deviations (in other), image by image
// (Chan, Golub and LeVeque 1983).
func (n *norm) moments() {
	ch, pixels := n.maps.Channels, float64(n.maps.Height*n.maps.Width)
	clear(n.total)
	clear(n.other)
	for i := range n.maps.Images {
		shift, sum, square := n.sums[0][i*ch:], n.sums[1][i*ch:], n.sums[2][i*ch:]
		share := 1 / float64(i+1)
		for c := range ch {
			s := float64(sum[c])
			d := float64(shift[c]) + s/pixels - n.total[c]
			n.total[c] += float64(d * share)
			n.other[c] += max(0, float64(square[c])-float64(s*s)/pixels) + float64(d*d*pixels*(1-share))
		}
	}
}

func (n *norm) evaluate(team *kernel.Team, in [][]float32, y []float32) {
	x, gamma, beta := in[0], in[1], in[2]
	for c := range n.a {
		n.a[c] = gamma[c] * float32(1/math.Sqrt(float64(n.run.Var[c])+normEps))
		n.b[c] = beta[c] - float32(n.run.Mean[c]*n.a[c])
	}
	n.maps.Affine(team, y, x, residual(in), n.a, n.b, n.relu)
}

// backward reads x, gamma, dy and y and sets dx = γ/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = dy, where a ReLU is behind only for y > 0, else 0.
// What stands for y without a ReLU here only orders it after the forward pass, which leaves mean and deviation.
func (n *norm) backward(team *kernel.Team, v [][]float32, dx []float32) {
	x, gamma := v[0], v[1]
	g := kernel.NormGrad{X: x, DY: v[2]}
	if n.masks {
		g.Y = v[3]
	}
	n.maps.NormSums(team, g, n.mean, n.sums[0], n.sums[1])
	clear(n.total)
	clear(n.other)
	for i := range n.sums[0] {
		n.total[i%n.maps.Channels] += float64(n.sums[0][i])
		n.other[i%n.maps.Channels] += float64(n.sums[1][i])
	}
	rows := float64(n.maps.Pixels())
	for c := range n.a {
		istd := float64(n.istd[c])
		a := float64(gamma[c]) * istd
		b := -a * istd * istd * n.other[c] / rows
		n.dbeta[c], n.dgamma[c] = float32(n.total[c]), float32(n.other[c]*istd)
		n.a[c], n.b[c] = float32(a), float32(b)
		n.k[c] = float32(-a*n.total[c]/rows - float64(b*float64(n.mean[c])))
	}
	n.maps.NormApply(team, dx, g, n.a, n.b, n.k)
}

func (n *norm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	operands := G.Nodes{in[0], in[1], grad, out}
	var err error
	if len(in) > 3 { // the residual's gradient is masked too
		if operands[2], err = maskReLU(out, grad); err != nil {
			return nil, err
		}
	}
	if n.masks = n.relu && len(in) == 3; !n.masks {
		if operands[3], err = graph.After(out); err != nil {
			return nil, err
		}
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "batch-norm-grad", Out: in[0].Shape().Clone(), Halo: n.maps.Halo > 0, Forward: n.backward, Over: []bool{false, false, true},
	}, operands...)
	if err != nil {
		return nil, err
	}
	grads, err := withTakes(dx, taken{n.dgamma, in[1].Shape().Clone()}, taken{n.dbeta, in[2].Shape().Clone()})
	if len(in) > 3 {
		grads = append(grads, operands[2])
	}
	return grads, err
}

// maskReLU adds dy where the ReLU's output y is positive, else 0.
func maskReLU(y, dy *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "relu-grad", Out: y.Shape().Clone(), Halo: mapsOf(y).Halo > 0, Over: []bool{false, true},
		Forward: func(team *kernel.Team, in [][]float32, g []float32) {
			team.Chunks(len(g), kernel.ChunkSize, func(lo, hi int) { kernel.MaskReLU(g[lo:hi], in[0][lo:hi], in[1][lo:hi]) })
		},
	}, y, dy)
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
