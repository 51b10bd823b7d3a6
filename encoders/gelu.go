package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GELU computes x·Φ(x) element by element, Φ the standard normal distribution function (Hendrycks and Gimpel 2016; the
// exact form, not the tanh approximation).
func GELU(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	return graph.Apply(graph.Op{
		Kind: "gelu", Out: s.Clone(), Diff: []bool{true},
		Forward: func(_ *kernel.Team, in [][]float32, out []float32) { gelu(out, in[0]) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "gelu-grad", Out: s.Clone(),
				Forward: func(_ *kernel.Team, v [][]float32, dx []float32) { geluBackward(dx, v[0], v[1]) },
			}, in[0], grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// LinearGELU is [Linear] with a bias and [GELU] fused behind: x [N,In], w [In,Out], b [Out].
func LinearGELU(x, w, b *G.Node) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 2 || len(ws) != 2 || xs[1] != ws[0] {
		return nil, fmt.Errorf("encoders: a linear layer of %v with weights %v", xs, ws)
	}
	l := &linear{n: xs[0], in: xs[1], out: ws[1], inputGrad: true, pre: make([]float32, xs[0]*ws[1])}
	return graph.Apply(graph.Op{
		Kind: "linear-gelu", Out: tensor.Shape{l.n, l.out}, Diff: []bool{true, true, true},
		Forward: l.forward, Backward: l.backwardNodes,
	}, x, w, b)
}

func gelu(y, x []float32) {
	for i, v := range x {
		cdf, _ := normal(v)
		y[i] = v * cdf
	}
}

// geluBackward sets dx = dy·(Φ(x) + x·φ(x)). dx may be dy.
func geluBackward(dx, x, dy []float32) {
	for i, v := range x {
		cdf, pdf := normal(v)
		dx[i] = dy[i] * (cdf + float32(v*pdf))
	}
}

// normal returns the standard normal distribution function Φ(x) and its density φ(x). Φ is 1 - ½·p(t)·e^(-x²/2) for
// x ≥ 0 with Abramowitz and Stegun's polynomial 7.1.26, whose error in erf is below 1.5e-7: a float32's last digit.
func normal(x float32) (cdf, pdf float32) {
	const (
		sqrtHalf   = 0.70710678118654752
		invSqrt2Pi = 0.39894228040143268
	)
	e := kernel.Exp(-0.5 * float32(x*x))
	t := 1 / (1 + float32(0.3275911*sqrtHalf*max(x, -x)))
	p := float32(1.061405429*t) - 1.453152027
	p = float32(p*t) + 1.421413741
	p = float32(p*t) - 0.284496736
	p = float32(p*t) + 0.254829592
	tail := 0.5 * float32(float32(p*t)*e)
	if x > 0 {
		tail = 1 - tail
	}
	return tail, invSqrt2Pi * e
}
