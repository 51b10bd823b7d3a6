package encoders

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// TestPositionsFollowALinearField: interpolated positions of a field that is linear in the place
// are the field at the new places inside, and the class token keeps its own; the backward pass is
// the adjoint.
func TestPositionsFollowALinearField(t *testing.T) {
	from, to := [2]int{4, 6}, [2]int{2, 3}
	table := []float32{7}
	for i := range from[0] {
		for j := range from[1] {
			table = append(table, float32(2*i)+float32(j))
		}
	}
	g := G.NewGraph()
	x, w := graph.Input(g, "x", table, len(table), 1), noise(to[0]*to[1]+1, "w")
	y := must(t)(Positions(x, from, to))
	p, grads := runVJP(t, g, y, w, x)
	got := p.Value(y)
	if got[0] != 7 {
		t.Errorf("the class token's position became %g", got[0])
	}
	for i := range to[0] {
		for j := range to[1] {
			want := 2*(2*float64(i)+0.5) + 2*float64(j) + 0.5
			if v := float64(got[1+i*to[1]+j]); !(math.Abs(v-want) <= 1e-5) {
				t.Errorf("position %d,%d is %g, want %g", i, j, v, want)
			}
		}
	}
	if a, b := kernel.Dot(got, w), kernel.Dot(table, p.Value(grads[0])); !(math.Abs(float64(a-b)) <= 1e-4) {
		t.Errorf("⟨w, Mx⟩ = %g, ⟨Mᵀw, x⟩ = %g", a, b)
	}
	for _, v := range weights(3, 7) { // upwards the ends hold
		if v < 0 || v > 1 {
			t.Errorf("weight %g", v)
		}
	}
}

// TestAgain: a second pass on the same images gives the same embeddings and doubles every gradient.
func TestAgain(t *testing.T) {
	for _, cfg := range []Config{
		{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8},
		{Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8},
		{Name: "vit", Width: 2, Depth: 2, Patch: 4, Heads: 3, Dim: 8},
	} {
		const n = 6
		w, err := New(cfg, Input{8, 8, 3}, 1)
		if err != nil {
			t.Fatal(err)
		}
		data, weights := noise(n*8*8*3, "x"), noise(n*8, "w")
		once, _ := gradientsOf(t, w, data, weights, false)
		twice, z := gradientsOf(t, w, data, weights, true)
		if !slices.Equal(z[0], z[1]) {
			t.Errorf("%s: the same images have two embeddings", cfg.Name)
		}
		for i := range once {
			for j, v := range once[i] {
				if twice[i][j] != 2*v {
					t.Fatalf("%s: gradient %d of %s is %g, want twice %g", cfg.Name, j, w.Params[i].Name, twice[i][j], v)
				}
			}
		}
	}
}

// gradientsOf returns the gradients of Σ weights·embedding, over one pass or two.
func gradientsOf(t *testing.T, w *Weights, data, weights []float32, again bool) (grads [][]float32, z [][]float32) {
	t.Helper()
	g := G.NewGraph()
	first, err := w.Build(graph.Input(g, "x", data, 6, 8, 8, 3), Training, "")
	if err != nil {
		t.Fatal(err)
	}
	outs := G.Nodes{first.Embedding}
	if again {
		second, err := first.Again(slices.Clone(data), 6, 8, 8, 3)
		if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, second.Embedding)
	}
	var terms []*G.Node
	ones := make([]float32, len(outs))
	for i, out := range outs {
		terms, ones[i] = append(terms, must(t)(inner(out, weights))), 1
	}
	loss := must(t)(graph.Sum(ones, terms...))
	nodes, err := graph.Gradients(loss, first.Params...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(append(G.Nodes{loss}, outs...), nodes...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		grads = append(grads, slices.Clone(p.Value(n)))
	}
	for _, n := range outs {
		z = append(z, slices.Clone(p.Value(n)))
	}
	return grads, z
}

// inner is the scalar Σ weights·x.
func inner(x *G.Node, weights []float32) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "inner", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { out[0] = kernel.Dot(in[0], weights) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "inner-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dx []float32) {
					for i, w := range weights {
						dx[i] = w * v[0][0]
					}
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// TestHide: masked patches become the token and pass no gradient; the token gets theirs.
func TestHide(t *testing.T) {
	const rows, d = 5, 3
	mask := []float32{1, 0, 0, 1, 0}
	g := G.NewGraph()
	x, token, w := graph.Input(g, "x", noise(rows*d, "x"), rows, d), graph.Input(g, "token", noise(d, "token"), 1, d), noise(rows*d, "w")
	y := must(t)(Hide(x, graph.Input(g, "mask", mask, 1, rows), token))
	p, grads := runVJP(t, g, y, w, x, token)
	for r, m := range mask {
		for j := range d {
			want, grad := p.Value(x)[r*d+j], w[r*d+j]
			if m == 1 {
				want, grad = p.Value(token)[j], 0
			}
			if got := p.Value(y)[r*d+j]; got != want || p.Value(grads[0])[r*d+j] != grad {
				t.Errorf("row %d: %g with gradient %g, want %g with %g", r, got, p.Value(grads[0])[r*d+j], want, grad)
			}
		}
	}
	for j := range d {
		if got, want := p.Value(grads[1])[j], w[j]+w[3*d+j]; got != want {
			t.Errorf("the token's gradient %d is %g, want %g", j, got, want)
		}
	}
}

// TestAgainRecordsBehindTheFirst: batch norms move their statistics towards the first images, then
// towards the second, with the momentum of 0.1 each.
func TestAgainRecordsBehindTheFirst(t *testing.T) {
	cfg := Config{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8}
	first, second := noise(6*8*8*3, "x"), noise(10*4*4*3, "y")
	for i := range second {
		second[i] = 3*second[i] + 1
	}
	w, err := New(cfg, Input{8, 8, 3}, 1)
	if err != nil {
		t.Fatal(err)
	}
	stats := func(build func(w *Weights, g *G.ExprGraph) (*Nodes, error)) []*Param {
		t.Helper()
		w, g := w.Clone(), G.NewGraph()
		nodes, err := build(w, g)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, nodes.Embedding)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		return w.Stats
	}
	one := func(w *Weights, g *G.ExprGraph) (*Nodes, error) {
		return w.Build(graph.Input(g, "x", first, 6, 8, 8, 3), Training, "")
	}
	a := stats(one)
	b := stats(func(w *Weights, g *G.ExprGraph) (*Nodes, error) {
		return w.Build(graph.Input(g, "y", second, 10, 4, 4, 3), Training, "")
	})
	both := stats(func(w *Weights, g *G.ExprGraph) (*Nodes, error) {
		n, err := one(w, g)
		if err != nil {
			return nil, err
		}
		return n.Again(second, 10, 4, 4, 3)
	})
	for i, s := range both {
		for j, got := range s.Value {
			batch := w.Stats[i].Value[j] + (b[i].Value[j]-w.Stats[i].Value[j])/0.1
			if want := a[i].Value[j] + 0.1*(batch-a[i].Value[j]); !(math.Abs(float64(got-want)) <= 1e-4*(1+math.Abs(float64(want)))) {
				t.Errorf("%s %d is %g, want %g", s.Name, j, got, want)
			}
		}
	}
}

// TestMaskedWeights: a mask token moves no other start; patches change neither the class tokens'
// embeddings nor the statistics that evaluation uses.
func TestMaskedWeights(t *testing.T) {
	cfg := Config{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 3, Hidden: 16, Dim: 8}
	var z [2][]float32
	var ws [2]*Weights
	for i := range ws {
		cfg.Masked = i == 1
		w, err := New(cfg, Input{8, 8, 3}, 1)
		if err != nil {
			t.Fatal(err)
		}
		g := G.NewGraph()
		nodes, err := w.Build(graph.Input(g, "x", noise(6*8*8*3, "x"), 6, 8, 8, 3), Training, "")
		if err != nil {
			t.Fatal(err)
		}
		roots := G.Nodes{nodes.Embedding}
		if cfg.Masked {
			roots = append(roots, nodes.Patches)
		}
		p, err := graph.Compile(g, roots...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		z[i], ws[i] = p.Value(nodes.Embedding), w
	}
	if !slices.Equal(z[0], z[1]) {
		t.Error("patches change the class tokens' embeddings")
	}
	for i, s := range ws[0].Stats {
		if !slices.Equal(s.Value, ws[1].Stats[i].Value) {
			t.Errorf("patches change %s", s.Name)
		}
	}
	if n := len(ws[1].Params); n != len(ws[0].Params)+1 || ws[1].Params[n-1].Name != "mask" {
		t.Errorf("%d parameters, %d without a mask token", n, len(ws[0].Params))
	}
}
