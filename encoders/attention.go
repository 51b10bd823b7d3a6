package encoders

import (
	"fmt"
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Attention is multi-head self-attention (Vaswani et al. 2017) on the rows qkv [N·T,3·D] of N
// sequences of T tokens: queries, keys and values side by side, head h in the h-th run of D/heads
// columns of each. The result [N·T,D] is softmax(q·kᵀ/√(D/heads))·v, the heads side by side.
func Attention(qkv *G.Node, tokens, heads int) (*G.Node, error) {
	s := qkv.Shape()
	if len(s) != 2 || s[0]%tokens != 0 || s[1]%(3*heads) != 0 {
		return nil, fmt.Errorf("encoders: attention over %v with %d tokens and %d heads", s, tokens, heads)
	}
	return newAttention(s[0]/tokens, tokens, s[1]/3, heads).node(qkv)
}

type attention struct {
	precision
	n, tokens, dim, heads int
	weights               []float32 // [N,heads,T,T], rows sum to 1
	ds                    []float32 // [attentionParts,T,T], the gradient of one head's scores
	now                   attentionArrays

	forwardTask, backwardTask func(part int) // bound once: a closure for each call would be garbage
}

// attentionArrays are what the tasks of a pass work on.
type attentionArrays struct{ qkv, y, dy, dqkv []float32 }

func newAttention(n, tokens, dim, heads int) *attention {
	a := &attention{n: n, tokens: tokens, dim: dim, heads: heads, weights: make([]float32, n*heads*tokens*tokens)}
	a.forwardTask, a.backwardTask = a.forwardPart, a.backwardPart
	return a
}

func (a *attention) node(qkv *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "attention", Out: tensor.Shape{a.n * a.tokens, a.dim}, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			a.now = attentionArrays{qkv: in[0], y: out}
			team.Do(attentionParts, a.forwardTask)
		},
		Backward: a.backwardNodes, Layer: a,
	}, qkv)
}

// attentionParts is the number of parts that the heads of a batch are dealt to; each has room of
// its own.
const attentionParts = 16

// part returns the heads of a part, counted through all sequences.
func (a *attention) part(i int) (from, to int) {
	n := a.n * a.heads
	return i * n / attentionParts, (i + 1) * n / attentionParts
}

// place returns where a head begins: its sequence's first row, its own first column, and its
// attention weights [T,T].
func (a *attention) place(head int) (row, col int, w []float32) {
	square := a.tokens * a.tokens
	return head / a.heads * a.tokens, head % a.heads * (a.dim / a.heads), a.weights[head*square:][:square]
}

func (a *attention) forwardPart(i int) {
	for h, to := a.part(i); h < to; h++ {
		row, col, w := a.place(h)
		a.forwardHead(a.now.y[row*a.dim+col:], a.now.qkv[3*row*a.dim+col:], w)
	}
}

func (a *attention) backwardPart(i int) {
	ds := a.ds[i*a.tokens*a.tokens:][:a.tokens*a.tokens]
	for h, to := a.part(i); h < to; h++ {
		row, col, w := a.place(h)
		a.backwardHead(a.now.dqkv[3*row*a.dim+col:], a.now.qkv[3*row*a.dim+col:], a.now.dy[row*a.dim+col:], w, ds)
	}
}

func (a *attention) scale() float32 { return float32(1 / math.Sqrt(float64(a.dim/a.heads))) }

// forwardHead leaves the weights in w [T,T] and the result in y, a head's columns of rows of D.
func (a *attention) forwardHead(y, qkv, w []float32) {
	t, d, h, s := a.tokens, a.dim, a.dim/a.heads, a.scale()
	q, k, v := qkv, qkv[d:], qkv[2*d:]
	a.gemm(nil, false, true, t, t, h, q, 3*d, k, 3*d, w, t, false)
	kernel.SoftmaxRows(nil, w, w, t, t, s)
	a.gemm(nil, false, false, t, h, t, w, t, v, 3*d, y, d, false)
}

// backwardHead sets the gradients of one head's queries, keys and values.
func (a *attention) backwardHead(dqkv, qkv, dy, w, ds []float32) {
	t, d, h, s := a.tokens, a.dim, a.dim/a.heads, a.scale()
	a.gemm(nil, true, false, t, h, t, w, t, dy, d, dqkv[2*d:], 3*d, false)
	a.gemm(nil, false, true, t, t, h, dy, d, qkv[2*d:], 3*d, ds, t, false)
	for r := range t {
		kernel.SoftmaxBackward(ds[r*t:][:t], w[r*t:][:t], s)
	}
	a.gemm(nil, false, false, t, h, t, ds, t, qkv[d:], 3*d, dqkv, 3*d, false)
	a.gemm(nil, true, false, t, h, t, ds, t, qkv, 3*d, dqkv[d:], 3*d, false)
}

// backwardNodes comes after the forward pass, which leaves the weights.
func (a *attention) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	a.ds = make([]float32, attentionParts*a.tokens*a.tokens)
	forward, err := graph.After(out)
	if err != nil {
		return nil, err
	}
	dx, err := graph.Apply(graph.Op{
		Kind: "attention-grad", Out: in[0].Shape().Clone(),
		Forward: func(team *team.Team, v [][]float32, dst []float32) {
			a.now = attentionArrays{qkv: v[0], dy: v[1], dqkv: dst}
			team.Do(attentionParts, a.backwardTask)
		},
	}, in[0], grad, forward)
	return G.Nodes{dx}, err
}
