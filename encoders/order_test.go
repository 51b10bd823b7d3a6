package encoders

import (
	"slices"
	"testing"

	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// TestGradientsRunAfterTheirLayer differentiates layers with private state by a gradient that no
// forward pass is needed for: the first run must already find the state of its own forward pass.
func TestGradientsRunAfterTheirLayer(t *testing.T) {
	const n, side, ch = 3, 4, 6
	ones := func(k int) []float32 { return slices.Repeat([]float32{1}, k) }
	for name, layer := range map[string]func(g *G.ExprGraph, x *G.Node) (*G.Node, error){
		"batch norm": func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			gamma, beta := graph.Input(g, "gamma", ones(ch), ch), graph.Input(g, "beta", ones(ch), ch)
			return BatchNorm(x, gamma, beta, Running{make([]float32, ch), ones(ch)}, Training, false)
		},
		"layer norm": func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			return LayerNorm(x, graph.Input(g, "gamma", ones(ch), ch), graph.Input(g, "beta", ones(ch), ch), 1e-6)
		},
		"norm linear": func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			w, b := graph.Input(g, "w", noise(ch*ch, "w"), ch, ch), graph.Input(g, "b", ones(ch), ch)
			return NormLinear(x, graph.Input(g, "gamma", ones(ch), ch), graph.Input(g, "beta", ones(ch), ch), w, b, 1e-6)
		},
		"linear gelu": func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			return LinearGELU(x, graph.Input(g, "w", noise(ch*ch, "w"), ch, ch), graph.Input(g, "b", ones(ch), ch))
		},
		"feed forward": func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			w, b := graph.Input(g, "w", noise(ch*ch, "w"), ch, ch), graph.Input(g, "b", ones(ch), ch)
			gamma, beta := graph.Input(g, "gamma", ones(ch), ch), graph.Input(g, "beta", ones(ch), ch)
			return FeedForward(x, gamma, beta, w, b, w, b, 1e-6)
		},
		"attention": func(_ *G.ExprGraph, x *G.Node) (*G.Node, error) { return Attention(x, side, 2) },
		"normalize": func(_ *G.ExprGraph, x *G.Node) (*G.Node, error) { return Normalize(x) },
	} {
		t.Run(name, func(t *testing.T) {
			g := G.NewGraph()
			x := graph.Input(g, "x", noise(n*side*ch, "x"), n*side, ch)
			z := must(t)(layer(g, x))
			loss := must(t)(dotWith(z, noise(z.Shape().TotalSize(), "w")))
			grads, err := graph.Gradients(loss, x)
			if err != nil {
				t.Fatal(err)
			}
			p, err := graph.Compile(g, grads...) // the loss is not asked for
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(nil); err != nil {
				t.Fatal(err)
			}
			both, err := graph.Compile(g, loss, grads[0]) // with the same private state
			if err != nil {
				t.Fatal(err)
			}
			first := slices.Clone(p.Value(grads[0]))
			if err := both.Run(nil); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(first, both.Value(grads[0])) {
				t.Error("the gradient is another one after a forward pass")
			}
		})
	}
}
