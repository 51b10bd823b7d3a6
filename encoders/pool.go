package encoders

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GlobalAveragePool averages maps x [N,H+2,W+2,C] over the pixels, to [N,C].
func GlobalAveragePool(x *G.Node) (*G.Node, error) {
	p := newPool(mapsOf(x))
	return graph.Apply(graph.Op{
		Kind: "global-average-pool", Out: tensor.Shape{p.m.Images, p.m.Channels}, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			p.x, p.y = in[0], out
			team.Do(p.m.Images, p.average)
		},
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "global-average-pool-grad", Out: x.Shape().Clone(), Halo: true,
				Forward: func(team *team.Team, v [][]float32, dx []float32) {
					p.x, p.y = dx, v[0]
					team.Do(p.m.Images, p.spread)
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// pool is a global average pool and its tasks, one image each.
type pool struct {
	m               kernel.Map
	x, y            []float32 // maps and averages of this call, or their gradients
	average, spread func(image int)
}

func newPool(m kernel.Map) *pool {
	p := &pool{m: m}
	p.average = func(i int) {
		y := p.y[i*m.Channels:][:m.Channels]
		clear(y)
		p.each(i, func(pixel []float32) { kernel.Axpy(p.share(), pixel, y) })
	}
	p.spread = func(i int) {
		y := p.y[i*m.Channels:][:m.Channels]
		p.each(i, func(pixel []float32) { kernel.Scale(pixel, y, p.share()) })
	}
	return p
}

func (p *pool) share() float32 { return 1 / float32(p.m.Height*p.m.Width) }

// each calls f for every pixel of an image.
func (p *pool) each(image int, f func(pixel []float32)) {
	for y := range p.m.Height {
		row := p.x[p.m.Row(image, y):]
		for x := range p.m.Width {
			f(row[x*p.m.Channels:][:p.m.Channels])
		}
	}
}

// Flatten reshapes x [N,...] to [N,M]. It is meant for the input: no gradient flows through.
func Flatten(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	return graph.Apply(graph.Op{
		Kind: "flatten", Out: tensor.Shape{s[0], s.TotalSize() / s[0]}, Diff: []bool{false},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { copy(out, in[0]) },
	}, x)
}

// Normalize scales the rows of x [N,D] to unit Euclidean norm.
func Normalize(x *G.Node) (*G.Node, error) {
	s := x.Shape()
	n, d := s[0], s[1]
	norms := make([]float32, n)
	var in, y, dy, dx []float32 // of this call
	forward := func(lo, hi int) { kernel.NormalizeRows(y[lo*d:hi*d], in[lo*d:hi*d], hi-lo, d, norms[lo:hi]) }
	backward := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			normalizeBackward(dx[r*d:][:d], y[r*d:][:d], dy[r*d:][:d], norms[r])
		}
	}
	return graph.Apply(graph.Op{
		Kind: "l2-normalize", Out: s.Clone(), Diff: []bool{true},
		Forward: func(team *team.Team, v [][]float32, out []float32) {
			in, y = v[0], out
			team.Chunks(n, kernel.RowChunk(d), forward)
		},
		Backward: func(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			g, err := graph.Apply(graph.Op{
				Kind: "l2-normalize-grad", Out: s.Clone(),
				Forward: func(team *team.Team, v [][]float32, out []float32) {
					y, dy, dx = v[0], v[1], out
					team.Chunks(n, kernel.RowChunk(d), backward)
				},
			}, out, grad)
			return G.Nodes{g}, err
		},
	}, x)
}

// normalizeBackward sets dx = (g - y·(y·g)) / |x| for one row; a row at the smallest norm is
// divided by it alone.
func normalizeBackward(dx, y, g []float32, norm float32) {
	var dot float64
	if norm > kernel.NormEps {
		dot = kernel.Dot64(y, g)
	}
	kernel.Combine(dx, g, y, 1/norm, float32(-dot/float64(norm)))
}
