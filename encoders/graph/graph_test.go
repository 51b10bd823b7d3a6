package graph

import (
	"strings"
	"testing"

	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// square is x², summed to a scalar.
func square(x *G.Node) (*G.Node, error) {
	return Apply(Op{
		Kind: "square", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			out[0] = 0
			for _, v := range in[0] {
				out[0] += v * v
			}
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := Apply(Op{
				Kind: "square-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, in [][]float32, out []float32) {
					for i, v := range in[0] {
						out[i] = 2 * v * in[1][0]
					}
				},
			}, in[0], grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

func TestProgram(t *testing.T) {
	g, data := G.NewGraph(), []float32{1, 2, 3}
	x := Input(g, "x", data, 3)
	a, err := square(x)
	must(t, err)
	b, err := square(x)
	must(t, err)
	loss, err := Sum([]float32{1, 0.5}, a, b)
	must(t, err)
	grads, err := Gradients(loss, x)
	must(t, err)
	p, err := Compile(g, loss, grads[0])
	must(t, err)
	for range 2 {
		must(t, p.Run(nil))
		if got := p.Value(loss)[0]; got != 21 {
			t.Errorf("loss %g, want 21", got)
		}
		for i, v := range p.Value(grads[0]) {
			if v != 3*data[i] {
				t.Errorf("gradient %d is %g, want %g", i, v, 3*data[i])
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { _ = p.Run(nil) }); n > 0 {
		t.Errorf("%g allocations a run", n)
	}
	m := G.NewTapeMachine(g)
	defer func() { must(t, m.Close()) }()
	must(t, m.RunAll())
	if got := loss.Value().Data().(float32); got != 21 {
		t.Errorf("gorgonia's machine gives %g", got)
	}
}

func TestStopGradient(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, "x", []float32{1, 2}, 2)
	stopped, err := StopGradient(x)
	must(t, err)
	loss, err := square(stopped)
	must(t, err)
	if _, err := Gradients(loss, x); err == nil {
		t.Error("a gradient came through")
	}
}

func TestErrors(t *testing.T) {
	g := G.NewGraph()
	x := Input(g, "x", []float32{1, 2}, 2)
	if _, err := G.ApplyOp(New(Op{Kind: "wide", In: []tensor.Shape{{3}}, Out: tensor.Shape{3}}), x); err == nil {
		t.Error("a wrong shape was accepted")
	}
	n, err := Apply(Op{Kind: "broken", Out: tensor.Shape{2}, Forward: func(*team.Team, [][]float32, []float32) { panic("no") }}, x)
	must(t, err)
	p, err := Compile(g, n)
	must(t, err)
	if err := p.Run(nil); err == nil || !strings.Contains(err.Error(), "broken: no") {
		t.Errorf("got %v", err)
	}
	if err := Build(func() error { panic("deep") }); err == nil {
		t.Error("a panic while building was lost")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestBuffersAreShared runs a chain of operations whose results die at once, beside a root that has
// to outlive them.
func TestBuffersAreShared(t *testing.T) {
	plus := func(x *G.Node) *G.Node {
		n, err := Apply(Op{
			Kind: "plus", Out: x.Shape().Clone(),
			Forward: func(_ *team.Team, in [][]float32, out []float32) {
				for i, v := range in[0] {
					out[i] = v + 1
				}
			},
		}, x)
		must(t, err)
		return n
	}
	g := G.NewGraph()
	x := Input(g, "x", []float32{1, 2, 3}, 3)
	first := plus(x)
	n := first
	for range 6 {
		n = plus(n)
	}
	between := plus(plus(n))
	last := plus(between)
	p, err := Compile(g, last, first)
	must(t, err)
	for range 2 {
		must(t, p.Run(nil))
		if a, b := p.Value(first)[0], p.Value(last)[2]; a != 2 || b != 13 {
			t.Errorf("got %g and %g, want 2 and 13", a, b)
		}
	}
	shared := map[*float32]bool{}
	for _, s := range p.steps[1 : len(p.steps)-1] {
		shared[&s.out[0]] = true
	}
	if len(shared) != 2 {
		t.Errorf("%d buffers between the roots, want 2", len(shared))
	}
	defer func() {
		if recover() == nil {
			t.Error("a value whose buffer is used again could be read")
		}
	}()
	p.Value(between)
}

// TestUnreadResultsAreReused has a result that only an ordering operand and a taken one hang on:
// its buffer is free at once.
func TestUnreadResultsAreReused(t *testing.T) {
	plus := func(x *G.Node, more ...*G.Node) *G.Node {
		n, err := Apply(Op{
			Kind: "plus", Out: x.Shape().Clone(),
			Forward: func(_ *team.Team, in [][]float32, out []float32) {
				for i, v := range in[0] {
					out[i] = v + 1
				}
			},
		}, append([]*G.Node{x}, more...)...)
		must(t, err)
		return n
	}
	g := G.NewGraph()
	x := Input(g, "x", []float32{1, 2, 3}, 3)
	first := plus(x)
	after, err := After(first)
	must(t, err)
	second := plus(x, after)
	third := plus(second)
	p, err := Compile(g, third)
	must(t, err)
	must(t, p.Run(nil))
	if v := p.Value(third)[0]; v != 3 {
		t.Errorf("got %g, want 3", v)
	}
	var plain [][]float32
	for _, s := range p.steps {
		if s.kind == "plus" {
			plain = append(plain, s.out)
		}
	}
	if len(plain) != 3 || &plain[0][0] != &plain[1][0] {
		t.Error("the second result does not lie where the first was, which nothing reads")
	}
}
