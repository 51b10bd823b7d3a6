package term

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

// TestCrossEntropyOfHeads: scores of several heads side by side, targets of any mass. The loss is
// the mean of the heads' sums, and each row's gradient is its softmax times the targets' mass less
// the targets, over the temperature.
func TestCrossEntropyOfHeads(t *testing.T) {
	const n, heads, k, temperature, weight = 3, 2, 4, 0.5, 0.7
	scores, targets := fixture.Uniform(n*heads*k, "scores"), fixture.Uniform(n*heads*k, "targets")
	for i := range targets {
		targets[i] = 2 + targets[i]
	}
	g := G.NewGraph()
	s := graph.Input(g, "s", scores, n, heads*k)
	loss := fixture.Node(t)(CrossEntropyOfHeadsNode(s, graph.Input(g, "q", targets, n, heads*k), heads, temperature, weight))
	loss = fixture.Node(t)(graph.Sum([]float32{3}, loss))
	p, grads := fixture.Run(t, g, loss, s)
	var want float64
	for lo := 0; lo < len(scores); lo += k {
		var sum, mass float64
		for j := range k {
			sum += math.Exp(float64(scores[lo+j]) / temperature)
			mass += float64(targets[lo+j])
		}
		for j := range k {
			q := float64(targets[lo+j])
			soft := math.Exp(float64(scores[lo+j])/temperature) / sum
			want -= 3 * weight / heads * q * math.Log(soft)
			slope := 3 * weight / heads * (mass*soft - q) / temperature
			if got := float64(p.Value(grads[0])[lo+j]); !(math.Abs(got-slope) <= 1e-5) {
				t.Errorf("gradient %d is %g, want %g", lo+j, got, slope)
			}
		}
	}
	if got := float64(p.Value(loss)[0]); !(math.Abs(got-want) <= 1e-5*want) {
		t.Errorf("loss %g, want %g", got, want)
	}
}

// TestRows: what is taken off, cut out and put together, with the gradients' way back.
func TestRows(t *testing.T) {
	g := G.NewGraph()
	a := graph.Input(g, "a", []float32{1, 2, 3, 4, 5, 6}, 3, 2)
	b := graph.Input(g, "b", []float32{7, 8}, 1, 2)
	both := fixture.Node(t)(ConcatNode(a, b))
	less := fixture.Node(t)(SubtractNode(both, []float32{1, -1}))
	cut := fixture.Node(t)(rowsNode(less, 2, 2))
	loss := fixture.Node(t)(fixture.DotNode(cut, []float32{10, 20, 30, 40}))
	grads, err := graph.Gradients(loss, a, b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(G.Nodes{loss, both, less, cut}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ got, want []float32 }{
		"together":     {p.Value(both), []float32{1, 2, 3, 4, 5, 6, 7, 8}},
		"less":         {p.Value(less), []float32{0, 3, 2, 5, 4, 7, 6, 9}},
		"cut":          {p.Value(cut), []float32{4, 7, 6, 9}},
		"the first's":  {p.Value(grads[0]), []float32{0, 0, 0, 0, 10, 20}},
		"the second's": {p.Value(grads[1]), []float32{30, 40}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// TestAddRows adds one row to each.
func TestAddRows(t *testing.T) {
	out := make([]float32, 4)
	if AddRows(out, []float32{1, 2, 3, 4}, []float32{10, 20}); !slices.Equal(out, []float32{11, 22, 13, 24}) {
		t.Errorf("%v", out)
	}
	if Subtract(out, out, []float32{1, -1}); !slices.Equal(out, []float32{10, 23, 12, 25}) { // and nothing behind the last row
		t.Errorf("%v", out)
	}
}

// TestFind knows every declaration by its name, and no other.
func TestFind(t *testing.T) {
	for _, d := range Declarations() {
		if got, ok := Find(d.Name); !ok || got.Doc != d.Doc {
			t.Errorf("%s is found as %q", d.Name, got.Doc)
		}
	}
	if _, ok := Find("none"); ok {
		t.Error("a term of no name is found")
	}
}
