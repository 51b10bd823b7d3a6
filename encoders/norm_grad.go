package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// backward reads x, gamma, dy and y and sets dx = γ/σ · (g - mean(g) - x̂·mean(g·x̂)) with g = dy,
// where a ReLU is behind only for y > 0, else 0. What stands for y without a ReLU here only orders
// it after the forward pass, which leaves mean and deviation; behind a deferred norm it is the
// scale and the shift, which tell where y > 0.
func (n *norm) backward(team *team.Team, v [][]float32, dx []float32) {
	x, gamma := v[0], v[1]
	g := kernel.NormGrad{X: x, DY: v[2], Bare: n.bare()}
	switch {
	case !n.masks():
	case n.deferred:
		g.Scale, g.Shift = v[3][:n.maps.Channels], v[3][n.maps.Channels:]
	default:
		g.Y = v[3]
	}
	if !n.gradSummed {
		n.maps.NormSums(team, g, n.mean, n.sums[0], n.sums[1])
	}
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

// masks reports whether the backward pass masks the gradient. With a residual it has been: the
// residual's gradient is masked too.
func (n *norm) masks() bool { return n.relu && n.residual == nil }

func (n *norm) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	if c, ok := layerOf(grad).(inputGradient); ok && n.deferred && n.residual == nil && c.from.norm == n {
		c.gradSums, n.gradSummed = n.gradSums(), true
	}
	operands, err := later(G.Nodes{in[0], in[1], grad, out}, grad)
	if err != nil {
		return nil, err
	}
	if n.residual != nil {
		var sums *kernel.GradSums
		if n.deferred {
			sums, n.gradSummed = n.gradSums(), true
		}
		if operands[2], err = maskReLU(read(out), grad, sums); err != nil {
			return nil, err
		}
	}
	if !n.masks() && !n.deferred {
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
	if n.residual != nil {
		grads = append(grads, n.residual.grads(operands[2])...)
	}
	return grads, err
}

// gradSums is where others leave the sums that the backward pass begins with.
func (n *norm) gradSums() *kernel.GradSums {
	return &kernel.GradSums{Mean: n.mean, Sum: n.sums[0], Dot: n.sums[1]}
}

// maskReLU is dy where the ReLU's output y is positive, else 0, and leaves its sums where that is
// asked for.
func maskReLU(y *mapSource, dy *G.Node, sums *kernel.GradSums) (*G.Node, error) {
	operands, err := later(y.operands, dy)
	if err != nil {
		return nil, err
	}
	n := len(operands)
	over := make([]bool, n+1)
	over[n] = true
	return graph.Apply(graph.Op{
		Kind: "relu-grad", Out: dy.Shape().Clone(), Halo: y.maps.Halo > 0, Over: over,
		Forward: func(team *team.Team, in [][]float32, g []float32) {
			y.maps.MaskReLU(team, g, in[n], y.normed(in), sums)
		},
	}, append(operands, dy)...)
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
