package graph

import (
	"fmt"
	"strings"
	"time"

	"protobench/internal/kernel"
	"protobench/internal/team"

	"gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
)

// Program is a compiled graph: the operations that its roots need, in an order that respects their
// operands, with every slice resolved. Running it allocates no results.
type Program struct {
	steps  []step
	inputs []named
	values map[*G.Node][]float32
}

type step struct {
	kind    string
	op      *Op // nil for a sum of gorgonia's
	of      *Op // whose result it takes, see [Take]
	forward func(team *team.Team, in [][]float32, out []float32)
	in      [][]float32
	out     []float32
	fresh   *block // of out where nothing of this run lies there yet; else nil
	spent   time.Duration
}

// Compile resolves everything that the roots depend on. All other nodes of the graph are left out.
// The values of roots and inputs can be read after a run; all others share buffers with later ones
// as soon as nothing needs them.
func Compile(g *G.ExprGraph, roots ...*G.Node) (*Program, error) {
	return new(Arena).Compile(g, roots...)
}

// Compile is [Compile] in memory that other programs use as well.
func (a *Arena) Compile(g *G.ExprGraph, roots ...*G.Node) (*Program, error) {
	order, err := schedule(g, roots)
	if err != nil {
		return nil, err
	}
	m := newMemory(a, g, order, roots)
	p := &Program{values: make(map[*G.Node][]float32)}
	for _, n := range order {
		if err := p.add(g, n, m); err != nil {
			return nil, err
		}
	}
	for n := range p.values {
		if !m.kept(n) {
			delete(p.values, n)
		}
	}
	return p, nil
}

// schedule returns the nodes that the roots need, operands first.
func schedule(g *G.ExprGraph, roots []*G.Node) ([]*G.Node, error) {
	sorted, err := G.Sort(g)
	if err != nil {
		return nil, fmt.Errorf("graph: sorting: %w", err)
	}
	needed := reach(g, roots)
	var order []*G.Node
	seen := make(map[uint32]*G.Node)
	for i := len(sorted) - 1; i >= 0; i-- { // operands come after their users
		n := sorted[i]
		if !needed[n.ID()] {
			continue
		}
		if other, clash := seen[n.Hashcode()]; clash {
			return nil, fmt.Errorf("graph: %v and %v have one hash", n, other)
		}
		seen[n.Hashcode()] = n
		order = append(order, n)
	}
	return order, nil
}

func reach(g *G.ExprGraph, roots []*G.Node) map[int64]bool {
	seen := make(map[int64]bool)
	stack := append([]*G.Node(nil), roots...)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n.ID()] {
			continue
		}
		seen[n.ID()] = true
		stack = append(stack, operands(g, n)...)
	}
	return seen
}

func operands(g *G.ExprGraph, n *G.Node) []*G.Node {
	var out []*G.Node
	for _, c := range graph.NodesOf(g.From(n.ID())) {
		out = append(out, c.(*G.Node))
	}
	return out
}

func (p *Program) add(g *G.ExprGraph, n *G.Node, m *memory) error {
	children := operands(g, n)
	in := make([][]float32, len(children))
	for i, c := range children {
		in[i] = p.values[c]
	}
	switch op := n.Op().(type) {
	case nil:
		return p.bind(n, n.Value())
	case *Op:
		s := step{kind: op.Kind, op: op, forward: op.Forward, in: in, out: op.result}
		if op.result != nil {
			s.of, _ = children[0].Op().(*Op)
		}
		if s.out == nil {
			s.out, s.fresh = m.take(n, op.size())
		}
		p.push(n, s)
		return nil
	default:
		if len(in) == 0 {
			v, err := op.Do()
			if err != nil {
				return fmt.Errorf("graph: constant %v: %w", n, err)
			}
			return p.bind(n, v)
		}
		// The only operation that gorgonia's differentiation adds sums the gradients of a node with
		// several users.
		if !isSum(n) || len(in) != 2 || len(in[0]) != len(in[1]) {
			return fmt.Errorf("graph: %v is not an operation of ours", n)
		}
		s := step{kind: "add", forward: add, in: in}
		s.out, s.fresh = m.take(n, len(in[0]))
		p.push(n, s)
		return nil
	}
}

// isSum reports whether a node is a sum that gorgonia has added.
func isSum(n *G.Node) bool { return n.Op() != nil && strings.HasPrefix(fmt.Sprint(n.Op()), "+") }

func add(team *team.Team, in [][]float32, out []float32) { kernel.Add(team, out, in[0], in[1]) }

func (p *Program) bind(n *G.Node, v G.Value) error {
	x, err := slice(v)
	if err != nil {
		return fmt.Errorf("graph: %v: %w", n, err)
	}
	p.values[n] = x
	if n.IsVar() {
		p.inputs = append(p.inputs, named{n.Name(), x})
	}
	return nil
}

func (p *Program) push(n *G.Node, s step) {
	p.steps = append(p.steps, s)
	p.values[n] = s.out
}

// Run executes the program with a team's threads, which change no bit of the values. A panic of a
// kernel becomes an error.
func (p *Program) Run(team *team.Team) (err error) {
	kind := ""
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("graph: %s: %v", kind, r)
		}
	}()
	began := time.Now()
	for i := range p.steps {
		s := &p.steps[i]
		kind = s.kind
		if s.fresh != nil {
			s.fresh.renew(team, s.out)
		}
		s.forward(team, s.in, s.out)
		now := time.Now()
		s.spent += now.Sub(began)
		began = now
	}
	return nil
}

// Value returns the numbers of a root or an input: buffers that every run overwrites. It panics for
// other nodes, whose buffers are used again.
func (p *Program) Value(n *G.Node) []float32 {
	v, ok := p.values[n]
	if !ok {
		panic(fmt.Sprintf("graph: %v is not a root of the program", n))
	}
	return v
}
