package encoders

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

const (
	normEps      = 1e-5
	normMomentum = 0.1
)

// StatisticBatches is the number of training-mode batches that fill a network's running statistics
// before it is evaluated: at their momentum of 0.1 less than one percent of their start remains.
const StatisticBatches = 50

// Running are a batch norm's statistics for evaluation, [C] each, shared by all graphs of a branch.
type Running struct{ Mean, Var []float32 }

// BatchNorm normalises x, padded maps [N,H+2,W+2,C] or a matrix [N,C], per channel over all pixels,
// scales by gamma and shifts by beta [C] (Ioffe and Szegedy 2015; biased variance for the batch,
// unbiased for the running one, ε = 1e-5, momentum 0.1), with relu fused behind. In Training mode
// it uses the batch's statistics and updates the running ones; in Evaluation mode it uses those.
func BatchNorm(x, gamma, beta *G.Node, run Running, mode Mode, relu bool) (*G.Node, error) {
	return newNorm(x, run, mode, relu).node("batch-norm", gamma, beta)
}

// deferNorm is [BatchNorm] of maps that only convolutions and the ends of residual branches read:
// they apply it where they read x. The node [2,C] holds the scale and the shift alone; its gradient
// is that of the maps behind the norm.
func deferNorm(x, gamma, beta *G.Node, run Running, mode Mode, relu bool) (*G.Node, error) {
	n := newNorm(x, run, mode, relu)
	n.deferred = true
	return n.node("batch-norm", gamma, beta)
}

// node adds the norm.
func (n *norm) node(kind string, gamma, beta *G.Node) (*G.Node, error) {
	op := graph.Op{
		Kind: kind, Out: n.input.Shape().Clone(), Halo: n.maps.Halo > 0, Diff: []bool{true, true, true},
		Forward: n.forward, Backward: n.backwardNodes, Layer: n,
	}
	if n.deferred {
		op.Out, op.Halo = tensor.Shape{2, n.maps.Channels}, false
	}
	in := G.Nodes{n.input, gamma, beta}
	if n.residual != nil {
		op.Diff, in = append(op.Diff, n.residual.diff(true)...), append(in, n.residual.operands...)
	}
	if n.mode == Evaluation {
		op.Diff = nil
	}
	return graph.Apply(op, in...)
}

// norm is one batch norm's private state between its passes.
type norm struct {
	input        *G.Node
	maps         kernel.Map
	conv         *convolution // that the input is the result of; or nil
	run          Running
	mode         Mode
	relu         bool
	residual     *mapSource // what is added behind it; nil: nothing
	deferred     bool       // others apply it
	summed       bool       // the convolution in front leaves the sums of its output
	gradSummed   bool       // the convolution behind leaves those of its input's gradient
	mean, istd   []float32  // [C]
	a, b, k      []float32  // [C], what a pass applies
	sums         [3][]float32
	dgamma       []float32
	dbeta        []float32
	total, other []float64 // [C]
}

func newNorm(x *G.Node, run Running, mode Mode, relu bool) *norm {
	m := mapsOf(x)
	ch := m.Channels
	v := make([]float32, (7+3*m.Images)*ch)
	cut := func(n int) []float32 {
		c := v[: n*ch : n*ch]
		v = v[n*ch:]
		return c
	}
	n := &norm{
		input: x, maps: m, run: run, mode: mode, relu: relu, mean: cut(1), istd: cut(1), a: cut(1), b: cut(1), k: cut(1), dgamma: cut(1), dbeta: cut(1),
		sums: [3][]float32{cut(m.Images), cut(m.Images), cut(m.Images)}, total: make([]float64, ch), other: make([]float64, ch),
	}
	c, ok := layerOf(x).(*convolution)
	if !ok {
		return n
	}
	c.strip(x.Op().(*graph.Op))
	if n.conv = c; mode == Training && c.sums == nil {
		c.sums, n.summed = &kernel.Sums{Shift: n.sums[0], Sum: n.sums[1], Square: n.sums[2]}, true
	}
	return n
}

// written are the input's maps as they lie in memory.
func (n *norm) written() kernel.Map {
	if n.conv == nil {
		return n.maps
	}
	return n.conv.kernel.Result()
}

// bare reports whether the input's maps have lost their border.
func (n *norm) bare() bool { return n.written().Halo < n.maps.Halo }

// forward finds the scale and the shift, and applies them unless that is left to others.
func (n *norm) forward(team *team.Team, in [][]float32, y []float32) {
	a, b := n.a, n.b
	if n.deferred {
		a, b = y[:len(a)], y[len(a):]
	}
	if n.mode == Evaluation {
		n.evaluate(in, a, b)
	} else {
		n.train(team, in, a, b)
	}
	if !n.deferred {
		var add kernel.Normed
		n.maps.Apply(team, y, n.applied(&add, in[0], in[3:], a, b))
	}
}

// applied are the maps behind the norm: of x, with scale a and shift b and, in room for it, the
// residual whose operands hold those numbers.
func (n *norm) applied(room *kernel.Normed, x []float32, residual [][]float32, a, b []float32) kernel.Normed {
	v := kernel.Normed{X: x, Scale: a, Shift: b, ReLU: n.relu, Bare: n.bare()}
	if n.residual != nil {
		*room = n.residual.normed(residual)
		v.Add = room
	}
	return v
}

// train takes the batch's statistics and records them.
func (n *norm) train(team *team.Team, in [][]float32, a, b []float32) {
	x, gamma, beta := in[0], in[1], in[2]
	if !n.summed {
		n.written().ColumnSums(team, x, n.sums[0], n.sums[1], n.sums[2])
	}
	n.moments()
	rows := float64(n.maps.Pixels())
	for c := range n.mean {
		mean, variance := n.total[c], n.other[c]/rows
		n.mean[c], n.istd[c] = float32(mean), float32(1/math.Sqrt(variance+normEps))
		unbiased := variance * rows / max(1, rows-1)
		n.run.Mean[c] += float32(normMomentum * (mean - float64(n.run.Mean[c])))
		n.run.Var[c] += float32(normMomentum * (unbiased - float64(n.run.Var[c])))
		a[c] = gamma[c] * n.istd[c]
		b[c] = beta[c] - float32(n.mean[c]*a[c])
	}
}

// moments combines the images' sums to the mean (in total) and the sum of squared deviations (in
// other), image by image (Chan, Golub and LeVeque 1983).
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

func (n *norm) evaluate(in [][]float32, a, b []float32) {
	gamma, beta := in[1], in[2]
	for c := range a {
		a[c] = gamma[c] * float32(1/math.Sqrt(float64(n.run.Var[c])+normEps))
		b[c] = beta[c] - float32(n.run.Mean[c]*a[c])
	}
}
