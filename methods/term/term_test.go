package term

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/stream"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

// TestGoldenKoLeoViews puts the file's features side by side as two views: what is the nearest neighbour in the other
// view must not count.
func TestGoldenKoLeoViews(t *testing.T) {
	t.Run("koleo_features", func(t *testing.T) {
		f := golden.Load(t, "koleo_features")
		s := golden.Shape(f.Inputs["x"])
		x := golden.Float32s(f.Inputs["x"])
		g := G.NewGraph()
		both := graph.Input(g, "x", append(slices.Clone(x), x...), 2*s[0], s[1])
		loss := fixture.Node(t)(koleoViewsNode(both, 2))
		p, grads := fixture.Run(t, g, loss, both)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
		grad := slices.Clone(p.Value(grads[0]))
		for i := range grad {
			grad[i] *= 2 // each view has half of the weight
		}
		golden.Check(t, f, "gradient of the first view", grad[:len(x)], f.Expected["grad"])
		golden.Check(t, f, "gradient of the second view", grad[len(x):], f.Expected["grad"])
	})
}

// terms are the regularizers and loss terms without a file of their own, as functions of one matrix.
var terms = map[string]func(*G.Node) (*G.Node, error){
	"me-max":        func(x *G.Node) (*G.Node, error) { return MeMaxNode(x, 0.3) },
	"entropy":       func(x *G.Node) (*G.Node, error) { return EntropyNode(x, 0.3) },
	"orthogonality": orthogonalityNode,
	"repulsion":     func(x *G.Node) (*G.Node, error) { return repulsionNode(x, 0.1) },
	"koleo views":   func(x *G.Node) (*G.Node, error) { return koleoViewsNode(x, 2) },
}

// TestTermGradients compares each term's gradient with finite differences along random directions (float32 resolves them better than
// single entries), in a size that needs more than one block of rows.
func TestTermGradients(t *testing.T) {
	const n, d, h = 70, 5, 1e-3
	for name, term := range terms {
		t.Run(name, func(t *testing.T) {
			x := fixture.RandomUnit(4, n, d)
			g := G.NewGraph()
			in := graph.Input(g, "x", x, n, d)
			loss := fixture.Node(t)(term(in))
			p, grads := fixture.Run(t, g, loss, in)
			grad, largest := slices.Clone(p.Value(grads[0])), 0.0
			for _, v := range grad {
				largest = max(largest, math.Abs(float64(v)))
			}
			r := stream.New(1, "directions")
			for range 20 {
				base, dir := slices.Clone(x), make([]float32, len(x))
				var want float64
				for i := range dir {
					dir[i] = float32(r.NormFloat64())
					want += float64(dir[i]) * float64(grad[i])
				}
				at := func(e float32) float64 {
					for i := range x {
						x[i] = base[i] + e*dir[i]
					}
					if err := p.Run(nil); err != nil {
						t.Fatal(err)
					}
					copy(x, base)
					return float64(p.Value(loss)[0])
				}
				got := (at(-2*h) - 8*at(-h) + 8*at(h) - at(2*h)) / (12 * h)
				if math.Abs(got-want) > 0.02*largest*math.Sqrt(n*d) {
					t.Fatalf("finite difference %g, gradient %g, largest entry %g", got, want, largest)
				}
			}
		})
	}
}

// TestTermsByHand computes each term where its value is known.
func TestTermsByHand(t *testing.T) {
	const s = math.Sqrt2 / 2
	for _, c := range []struct {
		term string
		n, d int
		x    []float32
		want float64
	}{
		{"orthogonality", 2, 2, []float32{1, 0, 0, 1}, 0},
		{"orthogonality", 3, 2, []float32{1, 0, 0, 1, s, s}, 4 * 0.5 / 9},
		{"repulsion", 2, 2, []float32{1, 0, 0, 1}, 0},
		{"repulsion", 3, 2, []float32{1, 0, 0, 1, s, s}, 4 * (s - 0.1) * (s - 0.1) / 6},
		{"repulsion", 2, 2, []float32{1, 0, -1, 0}, 0},
		{"me-max", 2, 2, []float32{30, 0, 0, 30}, 0},
		{"me-max", 2, 2, []float32{30, 0, 30, 0}, math.Ln2},
		{"entropy", 2, 2, []float32{30, 0, 0, 30}, 0},
		{"entropy", 2, 2, []float32{1, 1, 2, 2}, math.Ln2},
	} {
		g := G.NewGraph()
		x := graph.Input(g, "x", c.x, c.n, c.d)
		loss := fixture.Node(t)(terms[c.term](x))
		p, _ := fixture.Run(t, g, loss, x)
		if got := float64(p.Value(loss)[0]); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%s of %v: got %g, want %g", c.term, c.x, got, c.want)
		}
	}
}
