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
		Forward: func(team *kernel.Team, in [][]float32, out []float32) {
			team.Do(n, func(i int) { average(out[i*ch:][:ch], in[0][i*pixels*ch:][:pixels*ch], f) })
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "global-average-pool-grad", Out: s.Clone(),
				Forward: func(team *kernel.Team, v [][]float32, out []float32) {
					team.Do(n, func(i int) { spread(out[i*pixels*ch:][:pixels*ch], v[0][i*ch:][:ch], f) })
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// average sets dst [C] to f times the sum of the rows of x [pixels,C].
func average(dst, x []float32, f float32) {
	clear(dst)
	for at := 0; at < len(x); at += len(dst) {
		kernel.Axpy(f, x[at:at+len(dst)], dst)
	}
}

// spread sets each row of dst [pixels,C] to f·g.
func spread(dst, g []float32, f float32) {
	for at := 0; at < len(dst); at += len(g) {
		kernel.Scale(dst[at:at+len(g)], g, f)
	}
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
		Forward: func(team *kernel.Team, in [][]float32, out []float32) {
			team.Chunks(n, kernel.RowChunk(d), func(lo, hi int) {
				kernel.NormalizeRows(out[lo*d:hi*d], in[0][lo*d:hi*d], hi-lo, d, norms[lo:hi])
			})
		},
		Backward: func(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "l2-normalize-grad", Out: s.Clone(),
				Forward: func(team *kernel.Team, v [][]float32, dx []float32) {
					team.Chunks(n, kernel.RowChunk(d), func(lo, hi int) {
						for r := lo; r < hi; r++ {
							normalizeBackward(dx[r*d:][:d], v[0][r*d:][:d], v[1][r*d:][:d], norms[r])
						}
					})
				},
			}, out, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// normalizeBackward sets dx = (g - y·(y·g)) / |x| for one row; a row at the smallest norm is divided by it alone.
func normalizeBackward(dx, y, g []float32, norm float32) {
	var dot float64
	if norm > kernel.NormEps {
		dot = kernel.Dot64(y, g)
	}
	kernel.Combine(dx, g, y, 1/norm, float32(-dot/float64(norm)))
}
