package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GlobalAveragePool averages x [N,H,W,C] over the pixels, to [N,C].
func GlobalAveragePool(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	n, pixels, ch := s[0], s[1]*s[2], s[3]
	f := 1 / float32(pixels)
	return graph.Apply(graph.Op{
		Kind: "global-average-pool", Out: tensor.Shape{n, ch}, Diff: []bool{true},
		Forward: func(_ *kernel.Team, in [][]float32, out []float32) {
			clear(out)
			for i := range n * pixels {
				kernel.Axpy(f, in[0][i*ch:(i+1)*ch], out[i/pixels*ch:])
			}
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "global-average-pool-grad", Out: s.Clone(),
				Forward: func(_ *kernel.Team, v [][]float32, out []float32) {
					for i := range n * pixels {
						dst := out[i*ch:][:ch]
						for c, g := range v[0][i/pixels*ch:][:ch] {
							dst[c] = g * f
						}
					}
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// Flatten reshapes x [N,...] to [N,M]. It is meant for the input: no gradient flows through.
func Flatten(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	return graph.Apply(graph.Op{
		Kind: "flatten", Out: tensor.Shape{s[0], s.TotalSize() / s[0]}, Diff: []bool{false},
		Forward: func(_ *kernel.Team, in [][]float32, out []float32) { copy(out, in[0]) },
	}, x)
}

// Normalize scales the rows of x [N,D] to unit Euclidean norm.
func Normalize(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	n, d := s[0], s[1]
	norms := make([]float32, n)
	return graph.Apply(graph.Op{
		Kind: "l2-normalize", Out: s.Clone(), Diff: []bool{true},
		Forward: func(_ *kernel.Team, in [][]float32, out []float32) { kernel.NormalizeRows(out, in[0], n, d, norms) },
		Backward: func(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "l2-normalize-grad", Out: s.Clone(),
				Forward: func(_ *kernel.Team, v [][]float32, dx []float32) {
					for r := range n {
						normalizeBackward(dx[r*d:][:d], v[0][r*d:][:d], v[1][r*d:][:d], norms[r])
					}
				},
			}, out, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// normalizeBackward sets dx = (g - y·(y·g)) / |x| for one row; a row at the smallest norm is divided by it alone.
func normalizeBackward(dx, y, g []float32, norm float32) {
	var dot float32
	if norm > kernel.NormEps {
		dot = kernel.Dot(y, g)
	}
	for i := range dx {
		dx[i] = (g[i] - float32(y[i]*dot)) / norm
	}
}
