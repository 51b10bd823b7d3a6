package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Linear computes x·w (+ b), x [N,In], w [In,Out], b [Out] or nil, with relu fused behind. Without inputGrad no
// gradient flows to x.
func Linear(x, w, b *G.Node, relu, inputGrad bool) (*G.Node, error) {
	xs, ws := x.Shape(), w.Shape()
	if len(xs) != 2 || len(ws) != 2 || xs[1] != ws[0] {
		return nil, fmt.Errorf("encoders: a linear layer of %v with weights %v", xs, ws)
	}
	l := &linear{n: xs[0], in: xs[1], out: ws[1], relu: relu, inputGrad: inputGrad}
	operands, diff := []*G.Node{x, w}, []bool{inputGrad, true}
	if b != nil {
		operands, diff = append(operands, b), append(diff, true)
	}
	return graph.Apply(graph.Op{
		Kind: "linear", Out: tensor.Shape{l.n, l.out}, Diff: diff,
		Forward: l.forward, Backward: l.backwardNodes,
	}, operands...)
}

type linear struct {
	n, in, out int
	relu       bool
	inputGrad  bool
	pre        []float32 // what GELU sees, where it is fused behind
	g, dw, db  []float32
	sums       *slicedSums // of db
}

func (l *linear) forward(team *kernel.Team, in [][]float32, y []float32) {
	if l.pre != nil {
		l.product(team, in, l.pre)
		gelu(team, y, l.pre)
		return
	}
	l.product(team, in, y)
	if l.relu {
		team.Chunks(len(y), kernel.ChunkSize, func(lo, hi int) { kernel.ReLU(y[lo:hi], y[lo:hi]) })
	}
}

func (l *linear) product(team *kernel.Team, in [][]float32, y []float32) {
	accumulate := len(in) == 3
	if accumulate {
		team.Chunks(l.n, kernel.RowChunk(l.out), func(lo, hi int) {
			for r := lo; r < hi; r++ {
				copy(y[r*l.out:(r+1)*l.out], in[2])
			}
		})
	}
	kernel.Gemm(team, false, false, l.n, l.out, l.in, in[0], l.in, in[1], l.out, y, l.out, accumulate)
}

// backward reads x, w, y, dy and leaves dw and db in the layer.
func (l *linear) backward(team *kernel.Team, v [][]float32, dx []float32) {
	x, w := v[0], v[1]
	dy := l.productGradient(team, v[2], v[3])
	kernel.Gemm(team, true, false, l.in, l.out, l.n, x, l.in, dy, l.out, l.dw, l.out, false)
	if l.inputGrad {
		kernel.Gemm(team, false, true, l.n, l.in, l.out, dy, l.out, w, l.out, dx, l.in, false)
	}
}

// productGradient returns the gradient of the product, behind which what is fused lies, and leaves db in the layer. A slice of
// rows gets both while it is in the cache.
func (l *linear) productGradient(team *kernel.Team, y, dy []float32) []float32 {
	g := dy
	if l.g != nil {
		g = l.g
	}
	l.sums.each(team, func(lo, hi int, sums []float32) {
		lo, hi = lo*l.out, hi*l.out
		switch {
		case l.relu:
			kernel.MaskReLU(g[lo:hi], y[lo:hi], dy[lo:hi])
		case l.pre != nil:
			kernel.GELUBackward(g[lo:hi], l.pre[lo:hi], dy[lo:hi])
		}
		if l.db != nil {
			addRows(sums, g[lo:hi])
		}
	})
	if l.db != nil {
		l.sums.total(team, l.db, 0)
	}
	return g
}

func (l *linear) backwardNodes(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	l.dw, l.sums = make([]float32, l.in*l.out), newSlicedSums(l.n, sliceRows, l.out)
	if len(in) == 3 {
		l.db = make([]float32, l.out)
	}
	if l.relu || l.pre != nil {
		l.g = make([]float32, l.n*l.out)
	}
	shape := tensor.Shape{1}
	if l.inputGrad {
		shape = in[0].Shape().Clone()
	}
	dx, err := graph.Apply(graph.Op{Kind: "linear-grad", Out: shape, Forward: l.backward}, in[0], in[1], out, grad)
	if err != nil {
		return nil, err
	}
	more := []taken{{l.dw, tensor.Shape{l.in, l.out}}}
	if len(in) == 3 {
		more = append(more, taken{l.db, tensor.Shape{l.out}})
	}
	grads, err := withTakes(dx, more...)
	if err == nil && !l.inputGrad {
		grads[0] = nil
	}
	return grads, err
}
