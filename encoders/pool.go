package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GlobalAveragePool averages maps x [N,H+2,W+2,C] over the pixels, to [N,C].
func GlobalAveragePool(x *G.Node) (*G.Node, error) {
	p := pool{mapsOf(x)}
	return graph.Apply(graph.Op{
		Kind: "global-average-pool", Out: tensor.Shape{p.m.Images, p.m.Channels}, Diff: []bool{true},
		Forward: func(team *kernel.Team, in [][]float32, out []float32) { p.forward(team, out, in[0]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "global-average-pool-grad", Out: x.Shape().Clone(), Halo: true,
				Forward: func(team *kernel.Team, v [][]float32, dx []float32) { p.backward(team, dx, v[0]) },
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

type pool struct{ m kernel.Map }

// each calls f for every pixel of every image.
func (p pool) each(team *kernel.Team, f func(image, at int)) {
	team.Do(p.m.Images, func(i int) {
		for y := range p.m.Height {
			for x := range p.m.Width {
				f(i, p.m.Row(i, y)+x*p.m.Channels)
			}
		}
	})
}

func (p pool) share() float32 { return 1 / float32(p.m.Height*p.m.Width) }

func (p pool) forward(team *kernel.Team, y, x []float32) {
	clear(y)
	ch, f := p.m.Channels, p.share()
	p.each(team, func(i, at int) { kernel.Axpy(f, x[at:at+ch], y[i*ch:]) })
}

func (p pool) backward(team *kernel.Team, dx, dy []float32) {
	ch, f := p.m.Channels, p.share()
	p.each(team, func(i, at int) { kernel.Scale(dx[at:][:ch], dy[i*ch:][:ch], f) })
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
