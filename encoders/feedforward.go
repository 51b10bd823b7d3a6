package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// FeedForward is the second half of a pre-norm transformer block (Vaswani et al. 2017; Dosovitskiy
// et al. 2021): x + GELU(LN(x)·w1 + b1)·w2 + b2, x [N,D], gamma and beta [D], w1 [D,H], b1 [H], w2
// [H,D], b2 [D]. All of it happens to some rows at a time, while they are in the cache. What GELU
// sees is kept for the backward pass, which takes the norm and GELU again.
func FeedForward(x, gamma, beta, w1, b1, w2, b2 *G.Node, eps float64) (*G.Node, error) {
	xs, s1, s2 := x.Shape(), w1.Shape(), w2.Shape()
	if len(xs) != 2 || len(s1) != 2 || len(s2) != 2 || xs[1] != s1[0] || s1[1] != s2[0] || s2[1] != xs[1] {
		return nil, fmt.Errorf("encoders: a feed-forward layer of %v with weights %v and %v", xs, s1, s2)
	}
	d, h := s1[0], s1[1]
	f := &feedForward{n: xs[0], d: d, hidden: h, norm: newLayerNorm(xs[0], d, eps), up: affine{in: d, out: h}, down: affine{in: h, out: d}}
	f.geluPart, f.addPart, f.gradPart = f.gelu, f.add, f.gradient
	return graph.Apply(graph.Op{
		Kind: "feed-forward", Out: xs.Clone(), Diff: []bool{true, true, true, true, true, true, true},
		Forward: f.forward, Backward: f.backwardNodes, Layer: f,
	}, x, gamma, beta, w1, b1, w2, b2)
}

type feedForward struct {
	n, d, hidden int
	norm         *layerNorm
	up, down     affine
	pre          []float32 // [N,H], what GELU saw, where a backward pass will ask for it
	now          feedForwardRows

	geluPart, addPart, gradPart func(lo, hi int) // bound once: a closure for each call would be garbage
}

// feedForwardRows is what the tasks of a pass work on: rows from first on.
type feedForwardRows struct {
	first    int
	x, y, dy []float32 // [n,D]
	pre      []float32 // [n,H]
	act, g   []float32 // [n,H]: GELU's result, and first its gradient, then that of what it saw
}

func (f *feedForward) forward(team *team.Team, v [][]float32, y []float32) {
	x, gamma, beta, w1, b1, w2, b2 := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	room := team.Scratch(min(passRows, f.n) * (f.d + f.hidden))
	for lo := 0; lo < f.n; lo += passRows {
		n := min(passRows, f.n-lo)
		h, act := room[:n*f.d], room[n*f.d:][:n*f.hidden]
		f.now = feedForwardRows{x: x[lo*f.d:][:n*f.d], y: y[lo*f.d:][:n*f.d], pre: act, act: act}
		if f.pre != nil {
			f.now.pre = f.pre[lo*f.hidden:][:n*f.hidden]
		}
		f.norm.forward(team, lo, h, f.now.x, gamma, beta)
		f.up.forward(team, n, f.now.pre, h, w1, b1)
		team.Chunks(len(act), kernel.ChunkSize, f.geluPart)
		f.down.forward(team, n, f.now.y, act, w2, b2)
		team.Chunks(len(f.now.y), kernel.ChunkSize, f.addPart)
	}
}

func (f *feedForward) gelu(lo, hi int) { kernel.GELU(f.now.act[lo:hi], f.now.pre[lo:hi]) }

func (f *feedForward) add(lo, hi int) {
	y := f.now.y[lo:hi]
	kernel.Combine(y, f.now.x[lo:hi], y, 1, 1)
}

// backward reads x, γ, β, w1, w2, dy, sets dx and leaves the other gradients in the layer.
func (f *feedForward) backward(team *team.Team, v [][]float32, dx []float32) {
	x, gamma, beta, w1, w2, dy := v[0], v[1], v[2], v[3], v[4], v[5]
	room := team.Scratch(2 * min(passRows, f.n) * (f.d + f.hidden))
	for lo := 0; lo < f.n; lo += passRows {
		n := min(passRows, f.n-lo)
		size, wide := n*f.d, n*f.hidden
		h, dh := room[:size], room[size:][:size]
		f.now = feedForwardRows{
			first: lo, x: x[lo*f.d:][:size], dy: dy[lo*f.d:][:size], pre: f.pre[lo*f.hidden:][:wide],
			act: room[2*size:][:wide], g: room[2*size+wide:][:wide],
		}
		f.down.input(team, f.now.g, f.now.dy, w2)
		team.Chunks(n, sliceRows, f.gradPart)
		f.down.learn(team, lo, f.now.act, f.now.dy)
		f.norm.again(team, lo, h, f.now.x, gamma, beta)
		f.up.learn(team, lo, h, f.now.g)
		f.up.input(team, dh, f.now.g, w1)
		f.norm.backward(team, lo, dx[lo*f.d:][:size], f.now.x, gamma, dh, f.now.dy)
	}
	f.norm.finish(team)
	f.up.finish(team)
	f.down.finish(team)
}

// gradient takes GELU and its gradient of a slice of rows, and the sums of both biases' gradients,
// each row while it is in the cache.
func (f *feedForward) gradient(lo, hi int) {
	h, first := f.hidden, f.now.first+lo
	f.down.addBias(first, f.now.dy[lo*f.d:hi*f.d])
	sums := f.up.sums.own(first)
	for r := lo; r < hi; r++ {
		g := f.now.g[r*h:][:h]
		kernel.GELUBoth(f.now.act[r*h:][:h], g, f.now.pre[r*h:][:h], g)
		kernel.Axpy(1, g, sums)
	}
}

// backwardNodes comes after the forward pass, which leaves what GELU saw, means and deviations.
func (f *feedForward) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	f.norm.prepare()
	f.up.prepare(f.n, true)
	f.down.prepare(f.n, true)
	f.pre = make([]float32, f.n*f.hidden)
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "feed-forward-grad", Out: in[0].Shape().Clone(), Forward: f.backward,
	}, in[0], in[1], in[2], in[3], in[5], grad, forward)
	if err != nil {
		return nil, err
	}
	more := append(f.norm.taken(), f.up.taken()...)
	return withTakes(dx, append(more, f.down.taken()...)...)
}
