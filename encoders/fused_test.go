package encoders

import (
	"fmt"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// fusedLayer is a layer that stands for several, with the shapes of its operands.
type fusedLayer struct {
	name         string
	shapes       [][]int
	fused, apart func(t *testing.T, v G.Nodes) *G.Node
}

const fusedEps = 1e-6

// fusedLayers are over n rows.
func fusedLayers(n int) []fusedLayer {
	const d, h = 5, 9
	return []fusedLayer{
		{
			"linear gelu", [][]int{{n, d}, {d, h}, {h}},
			func(t *testing.T, v G.Nodes) *G.Node { return must(t)(LinearGELU(v[0], v[1], v[2])) },
			func(t *testing.T, v G.Nodes) *G.Node {
				return must(t)(GELU(must(t)(Linear(v[0], v[1], v[2], false, true))))
			},
		},
		{
			"linear add", [][]int{{n, d}, {d, h}, {h}, {n, h}},
			func(t *testing.T, v G.Nodes) *G.Node { return must(t)(LinearAdd(v[0], v[1], v[2], v[3])) },
			func(t *testing.T, v G.Nodes) *G.Node {
				return must(t)(sumOf(v[3], must(t)(Linear(v[0], v[1], v[2], false, true))))
			},
		},
		{
			"norm linear", [][]int{{n, d}, {d}, {d}, {d, h}, {h}},
			func(t *testing.T, v G.Nodes) *G.Node {
				return must(t)(NormLinear(v[0], v[1], v[2], v[3], v[4], fusedEps))
			},
			func(t *testing.T, v G.Nodes) *G.Node {
				return must(t)(Linear(must(t)(LayerNorm(v[0], v[1], v[2], fusedEps)), v[3], v[4], false, true))
			},
		},
		{
			"feed forward", [][]int{{n, d}, {d}, {d}, {d, h}, {h}, {h, d}, {d}},
			func(t *testing.T, v G.Nodes) *G.Node {
				return must(t)(FeedForward(v[0], v[1], v[2], v[3], v[4], v[5], v[6], fusedEps))
			},
			func(t *testing.T, v G.Nodes) *G.Node {
				up := must(t)(LinearGELU(must(t)(LayerNorm(v[0], v[1], v[2], fusedEps)), v[3], v[4]))
				return must(t)(sumOf(v[0], must(t)(Linear(up, v[5], v[6], false, true))))
			},
		},
	}
}

// sumOf is the end of a residual branch by itself.
func sumOf(x, y *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "sum", Out: x.Shape().Clone(), Diff: []bool{true, true},
		Forward:  func(team *team.Team, in [][]float32, out []float32) { kernel.Add(team, out, in[0], in[1]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) { return G.Nodes{grad, grad}, nil },
	}, x, y)
}

// run returns the layer's result and the gradients of all operands.
func (l fusedLayer) run(t *testing.T, team *team.Team, layer func(t *testing.T, v G.Nodes) *G.Node) [][]float32 {
	t.Helper()
	g, size := G.NewGraph(), func(s []int) (n int) {
		for n = 1; len(s) > 0; s = s[1:] {
			n *= s[0]
		}
		return n
	}
	var v G.Nodes
	for i, s := range l.shapes {
		name := fmt.Sprint("v", i)
		v = append(v, graph.Input(g, name, noise(size(s), name), s...))
	}
	y := layer(t, v)
	p, grads := runVJP(t, g, y, noise(size(y.Shape()), "grad"), v...)
	if err := p.Run(team); err != nil { // once more: nothing may be left from the first run
		t.Fatal(err)
	}
	out := [][]float32{p.Value(y)}
	for _, n := range grads {
		out = append(out, p.Value(n))
	}
	return out
}

// TestFusedLayers compares them with the layers that they are made of, bit by bit, on fewer rows
// than a pass takes at a time and on more.
func TestFusedLayers(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	for _, n := range []int{7, passRows + 3*sliceRows + 6} {
		for _, l := range fusedLayers(n) {
			t.Run(fmt.Sprint(l.name, " ", n), func(t *testing.T) {
				want := l.run(t, nil, l.apart)
				for _, team := range []*team.Team{nil, two} {
					for i, got := range l.run(t, team, l.fused) {
						if !slices.Equal(got, want[i]) {
							t.Errorf("%d threads: result %d is not that of the layers apart", team.Threads(), i)
						}
					}
				}
			})
		}
	}
}

// TestRowsLearnAsOne compares gradients of weights and bias that are taken some rows at a time with
// those of one product.
func TestRowsLearnAsOne(t *testing.T) {
	const n, in, out = 2*passRows + 100, 6, 10
	x, g, want := noise(n*in, "x"), noise(n*out, "g"), make([]float32, in*out)
	kernel.Gemm(nil, true, false, in, out, n, x, in, g, out, want, out, false)
	a := &affine{in: in, out: out}
	a.prepare(n, true)
	for lo := 0; lo < n; lo += passRows {
		hi := min(n, lo+passRows)
		for at := lo; at < hi; at += sliceRows {
			a.addBias(at, g[at*out:min(hi, at+sliceRows)*out])
		}
		a.learn(nil, lo, x[lo*in:hi*in], g[lo*out:hi*out])
	}
	a.finish(nil)
	if !slices.Equal(a.dw, want) {
		t.Error("the weights' gradient is not that of one product")
	}
	for j := range out {
		sum := 0.0
		for i := range n {
			sum += float64(g[i*out+j])
		}
		if d := float64(a.db[j]) - sum; d > 1e-4 || d < -1e-4 {
			t.Errorf("the bias's gradient %d is %g, not %g", j, a.db[j], sum)
		}
	}
}
