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
// [H,D], b2 [D]. A task takes some rows through all of it, while they are in its core's cache. What GELU
// sees is kept for the backward pass, which takes the norm and GELU again.
func FeedForward(x, gamma, beta, w1, b1, w2, b2 *G.Node, eps float64) (*G.Node, error) {
	xs, s1, s2 := x.Shape(), w1.Shape(), w2.Shape()
	if len(xs) != 2 || len(s1) != 2 || len(s2) != 2 || xs[1] != s1[0] || s1[1] != s2[0] || s2[1] != xs[1] {
		return nil, fmt.Errorf("encoders: a feed-forward layer of %v with weights %v and %v", xs, s1, s2)
	}
	d, h := s1[0], s1[1]
	f := &feedForward{n: xs[0], d: d, hidden: h, norm: newLayerNorm(xs[0], d, eps), up: affine{in: d, out: h}, down: affine{in: h, out: d}}
	f.forwardPart, f.backwardPart = f.forwardRows, f.backwardSlice
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

	forwardPart, backwardPart func(lo, hi int) // bound once: a closure for each call would be garbage
}

// feedForwardRows is what the tasks of a pass work on. Those that go with h are of a backward pass,
// for rows from first on.
type feedForwardRows struct {
	w1, w2        *kernel.Panels // for the product at hand
	x, y          []float32      // [N,D]
	gamma, beta   []float32
	b1, b2        []float32
	first         int
	dx, dy, h, dh []float32 // [n,D]
	pre, act, g   []float32 // [n,H]: what GELU saw, its result, and first that's gradient, then that of what it saw
}

func (f *feedForward) forward(team *team.Team, v [][]float32, y []float32) {
	f.now = feedForwardRows{x: v[0], gamma: v[1], beta: v[2], b1: v[4], b2: v[6], y: y}
	f.now.w1, f.now.w2 = f.up.packed(team, v[3], false), f.down.packed(team, v[5], false)
	team.Chunks(f.n, rowsATask(3*f.d+f.hidden), f.forwardPart)
	packings.Put(f.now.w1)
	packings.Put(f.now.w2)
	f.now = feedForwardRows{}
}

// forwardRows takes rows through the whole layer.
func (f *feedForward) forwardRows(lo, hi int) {
	r := rooms.Get()
	defer rooms.Put(r)
	n, size := hi-lo, (hi-lo)*f.d
	room := r.of(size + n*f.hidden)
	h, act, x, y := room[:size], room[size:], f.now.x[lo*f.d:][:size], f.now.y[lo*f.d:][:size]
	pre := act
	if f.pre != nil {
		pre = f.pre[lo*f.hidden:][:n*f.hidden]
	}
	f.norm.forward(lo, h, x, f.now.gamma, f.now.beta)
	f.now.w1.Multiply(n, h, f.d, f.now.b1, pre, f.hidden)
	kernel.GELU(act, pre)
	f.now.w2.Multiply(n, act, f.hidden, f.now.b2, y, f.d)
	kernel.Combine(y, x, y, 1, 1)
}

// backward reads x, γ, β, w1, w2, dy, sets dx and leaves the other gradients in the layer. Slices of
// rows go through the layer by themselves; the gradients of the weights are then taken of all rows
// of a pass.
func (f *feedForward) backward(team *team.Team, v [][]float32, dx []float32) {
	x, w1, w2, dy := v[0], v[3], v[4], v[5]
	room := team.Scratch(2 * min(passRows, f.n) * (f.d + f.hidden))
	up, down := f.up.packed(team, w1, true), f.down.packed(team, w2, true)
	for lo := 0; lo < f.n; lo += passRows {
		n := min(passRows, f.n-lo)
		from, size, wide := lo*f.d, n*f.d, n*f.hidden
		f.now = feedForwardRows{
			w1: up, w2: down, first: lo, gamma: v[1], beta: v[2],
			x: x[from:][:size], dx: dx[from:][:size], dy: dy[from:][:size], h: room[:size], dh: room[size:][:size],
			pre: f.pre[lo*f.hidden:][:wide], act: room[2*size:][:wide], g: room[2*size+wide:][:wide],
		}
		team.Chunks(n, sliceRows, f.backwardPart)
		f.down.learn(team, lo, f.now.act, f.now.dy)
		f.up.learn(team, lo, f.now.h, f.now.g)
	}
	packings.Put(up)
	packings.Put(down)
	f.now = feedForwardRows{}
	f.norm.finish(team)
	f.up.finish(team)
	f.down.finish(team)
}

// backwardSlice takes a slice of rows back through the layer, with its sums of both biases', γ's and
// β's gradients, and leaves what the weights' gradients are made of.
func (f *feedForward) backwardSlice(lo, hi int) {
	w, d, h, n, first := &f.now, f.d, f.hidden, hi-lo, f.now.first+lo
	x, dy, dh := w.x[lo*d:hi*d], w.dy[lo*d:hi*d], w.dh[lo*d:hi*d]
	w.w2.Multiply(n, dy, d, nil, w.g[lo*h:hi*h], h)
	f.down.addBias(first, dy)
	sums := f.up.sums.own(first)
	for r := lo; r < hi; r++ {
		g := w.g[r*h:][:h]
		kernel.GELUBoth(w.act[r*h:][:h], g, w.pre[r*h:][:h], g)
		kernel.Axpy(1, g, sums)
	}
	w.w1.Multiply(n, w.g[lo*h:hi*h], h, nil, dh, d)
	f.norm.again(first, w.h[lo*d:hi*d], x, w.gamma, w.beta)
	f.norm.backward(first, w.dx[lo*d:hi*d], x, w.gamma, dh, dy)
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
