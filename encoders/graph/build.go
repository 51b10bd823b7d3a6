package graph

import (
	"fmt"
	"sync"

	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// building serialises all graph building: gorgonia caches hashes on shared nodes while it
// differentiates.
var building sync.Mutex

// Build runs f, which builds and compiles graphs, while no one else does; a panic of gorgonia's
// builder becomes an error.
func Build(f func() error) (err error) {
	building.Lock()
	defer building.Unlock()
	defer recovered("building", &err)
	return f()
}

// Apply adds a node that applies op, built from the descriptions in o.
func Apply(o Op, in ...*G.Node) (*G.Node, error) {
	for _, n := range in {
		o.In = append(o.In, n.Shape().Clone())
	}
	return G.ApplyOp(New(o), in...)
}

// Input adds a node whose numbers are data, shared without copying. Names must be unique in a
// graph.
func Input(g *G.ExprGraph, name string, data []float32, shape ...int) *G.Node {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return G.NewTensor(g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(t))
}

// StopGradient passes x on and lets no gradient through: differentiating by what lies only behind
// it is an error of the graph, which is how a decoupled arm proves that the encoder's loss cannot
// reach its prototypes.
func StopGradient(x *G.Node) (*G.Node, error) {
	return Apply(Op{
		Kind: "stop-gradient", Out: x.Shape().Clone(), Diff: []bool{false},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { copy(out, in[0]) },
	}, x)
}

// Take gives a further result of an operation that computes several at once: primary is that
// operation's node and buffer the private slice where it leaves this result.
func Take(primary *G.Node, buffer []float32, shape ...int) (*G.Node, error) {
	return take(takeKind, primary, buffer, shape...)
}

// takeKind is the kind of [Take], which gives results; other takes order operations.
const takeKind = "take"

func take(kind string, primary *G.Node, buffer []float32, shape ...int) (*G.Node, error) {
	return Apply(Op{
		Kind: kind, Out: tensor.Shape(shape).Clone(), result: buffer,
		Forward: func(*team.Team, [][]float32, []float32) {},
	}, primary)
}

// After gives an operand that says nothing but that another node has been computed, whose buffer
// need not be kept for it.
func After(n *G.Node) (*G.Node, error) { return take("after", n, make([]float32, 1), 1) }

// InputAfter is [Input] for what may only be read once another node has been computed: operations
// with state, such as batch norms that record statistics, then run in that order whatever the order
// of a sorted graph.
func InputAfter(earlier *G.Node, data []float32, shape ...int) (*G.Node, error) {
	return take("input", earlier, data, shape...)
}

// Sum adds scalars with weights.
func Sum(weights []float32, terms ...*G.Node) (*G.Node, error) {
	diff := make([]bool, len(terms))
	for i := range diff {
		diff[i] = true
	}
	return Apply(Op{
		Kind: "sum", Diff: diff,
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			out[0] = 0
			for i, x := range in {
				out[0] += float32(weights[i] * x[0])
			}
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			grads := make(G.Nodes, len(in))
			for i := range in {
				g, err := scale(grad, weights[i])
				if err != nil {
					return nil, err
				}
				grads[i] = g
			}
			return grads, nil
		},
	}, terms...)
}

func scale(x *G.Node, by float32) (*G.Node, error) {
	return Apply(Op{
		Kind: "scale", Out: x.Shape().Clone(),
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			for i, v := range in[0] {
				out[i] = v * by
			}
		},
	}, x)
}

// Gradients differentiates the scalar loss by the nodes wrt, if there are any. It can be called
// once per graph.
func Gradients(loss *G.Node, wrt ...*G.Node) (G.Nodes, error) {
	if len(wrt) == 0 {
		return nil, nil
	}
	grads, err := G.Grad(loss, wrt...)
	if err != nil {
		return nil, fmt.Errorf("graph: differentiating: %w", err)
	}
	return grads, nil
}
