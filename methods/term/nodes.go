package term

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ScoresNode adds the inner products z·cᵀ: z [N,D], prototypes c [K,D], scores [N,K]. Without
// gradient the prototypes are constants: no gradient for them is computed, and asking for one is an
// error of the graph.
func ScoresNode(z, c *G.Node, gradient bool) (*G.Node, error) {
	n, d, k := z.Shape()[0], z.Shape()[1], c.Shape()[0]
	var dc []float32
	if gradient {
		dc = make([]float32, k*d)
	}
	return graph.Apply(graph.Op{
		Kind: "scores", Out: tensor.Shape{n, k}, Diff: []bool{true, gradient},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			kernel.InnerProducts(team, out, in[0], in[1], n, d, k)
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "scores-grad", Out: tensor.Shape{n, d},
				Forward: func(team *team.Team, v [][]float32, dz []float32) {
					kernel.Gemm(team, false, false, n, d, k, v[2], k, v[1], d, dz, d, false)
					if gradient {
						kernel.Gemm(team, true, false, k, d, n, v[2], k, v[0], d, dc, d, false)
					}
				},
			}, in[0], in[1], grad)
			if err != nil || !gradient {
				return G.Nodes{dz, nil}, err
			}
			gc, err := graph.Take(dz, dc, k, d)
			return G.Nodes{dz, gc}, err
		},
	}, z, c)
}

// CrossEntropyOfHeadsNode is the mean of [crossEntropyNode] over the heads whose K scores stand
// side by side in rows of H·K: rows of one head after the other, as they lie in memory.
func CrossEntropyOfHeadsNode(scores, targets *G.Node, heads int, temperature, weight float32) (*G.Node, error) {
	s := scores.Shape()
	return crossEntropy(scores, targets, s[0]*heads, s[1]/heads, temperature, weight/float32(heads))
}

// CrossEntropyNode adds weight · Σ_rows -Σ_k target·log softmax(scores/temperature) of scores and
// targets [N,K]. Targets are constants; their rows may sum to anything (a row that several codes
// predict has the sum of them).
func CrossEntropyNode(scores, targets *G.Node, temperature, weight float32) (*G.Node, error) {
	return crossEntropy(scores, targets, scores.Shape()[0], scores.Shape()[1], temperature, weight)
}

func crossEntropy(scores, targets *G.Node, n, k int, temperature, weight float32) (*G.Node, error) {
	p, mass, losses := make([]float32, n*k), make([]float32, n), make([]float64, n)
	var s, target, ds []float32 // of this call
	var f float32
	forward := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			losses[r] = CrossEntropyRow(p[r*k:][:k], s[r*k:][:k], target[r*k:][:k], temperature, &mass[r])
		}
	}
	backward := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			kernel.Combine(ds[r*k:][:k], p[r*k:][:k], target[r*k:][:k], f*mass[r], -f)
		}
	}
	return graph.Apply(graph.Op{
		Kind: "soft-cross-entropy", Diff: []bool{true, false},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			s, target = in[0], in[1]
			team.Chunks(n, kernel.RowChunk(k), forward)
			var total float64
			for _, l := range losses {
				total += l
			}
			out[0] = float32(float64(weight) * total)
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			g, err := graph.Apply(graph.Op{
				Kind: "soft-cross-entropy-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, out []float32) {
					target, ds, f = v[0], out, v[1][0]*weight/temperature
					team.Chunks(n, kernel.RowChunk(k), backward)
				},
			}, in[1], grad, out)
			return G.Nodes{g, nil}, err
		},
	}, scores, targets)
}

// CrossEntropyRow returns the row's loss, leaves softmax(s/temperature) in p and the sum of the
// targets in mass. With logits l = s/temperature the loss Σ target·(ln Σ e^l - l) is the targets'
// sum times the first less the targets' product with the second.
func CrossEntropyRow(p, s, target []float32, temperature float32, mass *float32) float64 {
	inv := 1 / temperature
	lse := kernel.SoftmaxScaled(p, s, inv)
	m := kernel.Sum(target)
	*mass = float32(m)
	return float64(m*lse) - float64(float64(inv)*kernel.Dot64(target, s))
}

// SubtractNode takes a row off every row of z [N,D]; the row is a constant of the step.
func SubtractNode(z *G.Node, row []float32) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "subtract-row", Out: z.Shape().Clone(), Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { Subtract(out, in[0], row) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			return G.Nodes{grad}, nil
		},
	}, z)
}

// Subtract sets out to rows z [N,D] less a row [D]; out may be z.
func Subtract(out, z, row []float32) {
	d := len(row)
	for i := 0; i < len(z); i += d {
		kernel.Combine(out[i:][:d], z[i:][:d], row, 1, -1)
	}
}

// rowsNode cuts n rows of x [N,D] out, from row lo on.
func rowsNode(x *G.Node, lo, n int) (*G.Node, error) {
	d := x.Shape()[1]
	return graph.Apply(graph.Op{
		Kind: "rows", Out: tensor.Shape{n, d}, Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { copy(out, in[0][lo*d:]) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "rows-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dx []float32) {
					clear(dx)
					copy(dx[lo*d:], v[0])
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// ConcatNode puts the rows of b [M,D] under those of a [N,D].
func ConcatNode(a, b *G.Node) (*G.Node, error) {
	n, m, d := a.Shape()[0], b.Shape()[0], a.Shape()[1]
	below := make([]float32, m*d)
	return graph.Apply(graph.Op{
		Kind: "concat", Out: tensor.Shape{n + m, d}, Diff: []bool{true, true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { copy(out[copy(out, in[0]):], in[1]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			da, err := graph.Apply(graph.Op{
				Kind: "concat-grad", Out: tensor.Shape{n, d},
				Forward: func(_ *team.Team, v [][]float32, da []float32) { copy(below, v[0][copy(da, v[0]):]) },
			}, grad)
			if err != nil {
				return nil, err
			}
			db, err := graph.Take(da, below, m, d)
			return G.Nodes{da, db}, err
		},
	}, a, b)
}
