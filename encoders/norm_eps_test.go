package encoders

import (
	"math"
	"testing"

	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// TestNormsHaveEpsilon normalises numbers whose variance is less than ε, in training and in
// evaluation: ε is what they are divided by for the most part.
func TestNormsHaveEpsilon(t *testing.T) {
	const a = 1e-3 // variance 1e-6, and the two rows' unbiased one twice that
	x := []float32{a, a, -a, -a}
	run := func(layer func(x, gamma, beta *G.Node) (*G.Node, error)) []float32 {
		g := G.NewGraph()
		y := must(t)(layer(graph.Input(g, "x", x, 2, 2), graph.Input(g, "gamma", []float32{1, 1}, 2), graph.Input(g, "beta", []float32{0, 0}, 2)))
		p, err := graph.Compile(g, y)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		return p.Value(y)
	}
	stats := Running{Mean: []float32{0, 0}, Var: []float32{3e-6, 3e-6}}
	evaluated := run(func(x, gamma, beta *G.Node) (*G.Node, error) {
		return BatchNorm(x, gamma, beta, stats, Evaluation, false)
	})
	trained := run(func(x, gamma, beta *G.Node) (*G.Node, error) {
		return BatchNorm(x, gamma, beta, stats, Training, false)
	})
	for name, c := range map[string]struct {
		got  []float32
		want float64
	}{"training": {trained, a / math.Sqrt(1e-6+1e-5)}, "evaluation": {evaluated, a / math.Sqrt(3e-6+1e-5)}} {
		for i, v := range c.got {
			if want := math.Copysign(c.want, float64(x[i])); !(math.Abs(float64(v)-want) <= 1e-5) {
				t.Errorf("batch norm in %s: %g, want %g", name, v, want)
			}
		}
	}
	if want := float32(0.9*3e-6 + 0.1*2e-6); !(math.Abs(float64(stats.Var[0]-want)) <= 1e-9) {
		t.Errorf("running variance %g, want %g", stats.Var[0], want)
	}
	x = []float32{a, -a, 2 * a, -2 * a}
	for _, eps := range []float64{1e-5, 1e-6} {
		layer := run(func(x, gamma, beta *G.Node) (*G.Node, error) { return LayerNorm(x, gamma, beta, eps) })
		for i, v := range layer {
			variance := 1e-6 * []float64{1, 4}[i/2]
			if want := float64(x[i]) / math.Sqrt(variance+eps); !(math.Abs(float64(v)-want) <= 1e-5) {
				t.Errorf("layer norm with ε %g: %g, want %g", eps, v, want)
			}
		}
	}
	if vitEps != 1e-6 || normEps != 1e-5 || normMomentum != 0.1 {
		t.Error("other constants than those of the vision transformers of DINO and of PyTorch's batch norm")
	}
}
