package term

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

// TestGoldenKoLeoViews puts the file's features side by side as two views: what is the nearest
// neighbour in the other view must not count.
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

// terms are the regularizers and loss terms without a file of their own, as functions of one
// matrix.
var terms = map[string]func(*G.Node) (*G.Node, error){
	"me-max":        func(x *G.Node) (*G.Node, error) { return MeMaxNode(x, 0.3) },
	"entropy":       func(x *G.Node) (*G.Node, error) { return EntropyNode(x, 0.3) },
	"orthogonality": orthogonalityNode,
	"repulsion":     func(x *G.Node) (*G.Node, error) { return repulsionNode(x, 0.1) },
	"koleo views":   func(x *G.Node) (*G.Node, error) { return koleoViewsNode(x, 2) },
}

// formulas are the same terms in float64, of rows x [n,d], as their papers have them.
var formulas = map[string]func(x []float64, n, d int) float64{
	"me-max": func(x []float64, n, d int) float64 {
		return math.Log(float64(d)) - entropyOf(meanOf(softmaxes(x, n, d, 0.3), n, d))
	},
	"entropy": func(x []float64, n, d int) float64 {
		p, s := softmaxes(x, n, d, 0.3), 0.0
		for r := range n {
			s += entropyOf(p[r*d:][:d]) / float64(n)
		}
		return s
	},
	"orthogonality": func(x []float64, n, d int) float64 {
		return overPairs(x, n, d, func(cos float64) float64 { return cos * cos }) / float64(n*n)
	},
	"repulsion": func(x []float64, n, d int) float64 {
		return overPairs(x, n, d, func(cos float64) float64 { return math.Pow(max(0, cos-0.1), 2) }) / float64(n*(n-1))
	},
	"koleo views": func(x []float64, n, d int) float64 {
		half := len(x) / 2
		return (koleoOf(x[:half], n/2, d) + koleoOf(x[half:], n/2, d)) / 2
	},
}

func dotOf(a, b []float64) (s float64) {
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func softmaxes(x []float64, n, d int, temperature float64) []float64 {
	p := make([]float64, n*d)
	for r := range n {
		var sum float64
		for j := range d {
			p[r*d+j] = math.Exp(x[r*d+j] / temperature)
			sum += p[r*d+j]
		}
		for j := range d {
			p[r*d+j] /= sum
		}
	}
	return p
}

func meanOf(p []float64, n, d int) []float64 {
	mean := make([]float64, d)
	for i, v := range p {
		mean[i%d] += v / float64(n)
	}
	return mean
}

func entropyOf(p []float64) (h float64) {
	for _, v := range p {
		h -= v * math.Log(v)
	}
	return h
}

// overPairs sums a penalty of the inner products of different rows.
func overPairs(x []float64, n, d int, penalty func(float64) float64) (s float64) {
	for k := range n {
		for l := range n {
			if k != l {
				s += penalty(dotOf(x[k*d:][:d], x[l*d:][:d]))
			}
		}
	}
	return s
}

// koleoOf is minus the mean logarithm of the distance of each row's direction to the nearest other
// one's.
func koleoOf(x []float64, n, d int) (s float64) {
	for k := range n {
		a, nearest := x[k*d:][:d], math.Inf(1)
		for l := range n {
			if b := x[l*d:][:d]; k != l {
				nearest = min(nearest, 2-2*dotOf(a, b)/math.Sqrt(dotOf(a, a)*dotOf(b, b)))
			}
		}
		s -= math.Log(math.Sqrt(nearest)) / float64(n)
	}
	return s
}

// TestTermGradients compares each term and every entry of its gradient with the formula in float64
// and its central differences, in a size that needs more than one block of cosines, in each view where
// there are two. The loss has the term three times.
func TestTermGradients(t *testing.T) {
	const d, h = 5, 1e-6
	for name, term := range terms {
		t.Run(name, func(t *testing.T) {
			n := gramBlock + 6
			if name == "koleo views" {
				n = 2 * 70
			}
			x := fixture.RandomUnit(4, n, d)
			g := G.NewGraph()
			in := graph.Input(g, "x", x, n, d)
			loss := fixture.Node(t)(term(in))
			loss = fixture.Node(t)(graph.Sum([]float32{3}, loss))
			p, grads := fixture.Run(t, g, loss, in)
			at := make([]float64, len(x))
			for i, v := range x {
				at[i] = float64(v)
			}
			if got, want := float64(p.Value(loss)[0]), 3*formulas[name](at, n, d); !(math.Abs(got-want) <= 1e-5*(1+math.Abs(want))) {
				t.Errorf("value %g, want %g", got, want)
			}
			want, largest := make([]float64, len(x)), 0.0
			for i, v := range at {
				at[i] = v + h
				want[i] = formulas[name](at, n, d)
				at[i] = v - h
				want[i] = 3 * (want[i] - formulas[name](at, n, d)) / (2 * h)
				at[i] = v
				largest = max(largest, math.Abs(want[i]))
			}
			for i, v := range p.Value(grads[0]) {
				if !(math.Abs(float64(v)-want[i]) <= 1e-3*largest) {
					t.Fatalf("entry %d of the gradient is %g, want %g; the largest is %g", i, v, want[i], largest)
				}
			}
		})
	}
}

// TestKoLeoOfManyRows has more rows than similarities are held of at a time: of each row the
// nearest is another one, in every block.
func TestKoLeoOfManyRows(t *testing.T) {
	const n, d = koleoRows + 9, 6
	x := fixture.RandomUnit(4, n, d)
	k := newKoleo(n, d)
	got := k.value(nil, x)
	at := make([]float64, len(x))
	for i, v := range x {
		at[i] = float64(v)
	}
	if want := koleoOf(at, n, d); !(math.Abs(got-want) <= 1e-5*math.Abs(want)) {
		t.Errorf("value %g, want %g", got, want)
	}
	for r := range n {
		nearest, most := -1, math.Inf(-1)
		for l := range n {
			if cos := dotOf(at[r*d:][:d], at[l*d:][:d]); l != r && cos > most {
				nearest, most = l, cos
			}
		}
		if k.near[r] != nearest {
			t.Errorf("nearest to row %d is %d, want %d", r, k.near[r], nearest)
		}
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
		if got := float64(p.Value(loss)[0]); !(math.Abs(got-c.want) <= 1e-5) {
			t.Errorf("%s of %v: got %g, want %g", c.term, c.x, got, c.want)
		}
	}
}
