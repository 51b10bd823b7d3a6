package encoders

import (
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// TestGoldenStem compares the first layers for large images with PyTorch's, for one thread and for
// three, bit by bit between the two.
func TestGoldenStem(t *testing.T) {
	t.Run("ops_resnet_stem", func(t *testing.T) {
		f := golden.Load(t, "ops_resnet_stem")
		xs, ws, ys := golden.Shape(f.Inputs["x"]), golden.Shape(f.Inputs["weight"]), golden.Shape(f.Inputs["grad_out"])
		g := G.NewGraph()
		x := graph.Input(g, "x", nhwc(golden.Float32s(f.Inputs["x"]), xs), xs[0], xs[2], xs[3], xs[1])
		w := graph.Input(g, "w", permute(golden.Float32s(f.Inputs["weight"]), ws, 2, 3, 1, 0), 7, 7, ws[1], ws[0])
		gamma := graph.Input(g, "gamma", golden.Float32s(f.Inputs["gamma"]), ws[0])
		beta := graph.Input(g, "beta", golden.Float32s(f.Inputs["beta"]), ws[0])
		run := Running{Mean: make([]float32, ws[0]), Var: make([]float32, ws[0])}
		norm := must(t)(deferNorm(must(t)(Conv7x7(must(t)(Pad(x)), w)), gamma, beta, run, Training, true))
		y := must(t)(Unpad(must(t)(MaxPool(norm))))
		p, grads := runVJP(t, g, y, nhwc(golden.Float32s(f.Inputs["grad_out"]), ys), w, gamma, beta)
		check := func() {
			t.Helper()
			golden.Check(t, f, "y", nchw(p.Value(y), ys), f.Expected["y"])
			golden.Check(t, f, "grad_weight", permute(p.Value(grads[0]), []int{7, 7, ws[1], ws[0]}, 3, 2, 0, 1), f.Expected["grad_weight"])
			golden.Check(t, f, "grad_gamma", p.Value(grads[1]), f.Expected["grad_gamma"])
			golden.Check(t, f, "grad_beta", p.Value(grads[2]), f.Expected["grad_beta"])
		}
		check()
		before := append([]float32(nil), p.Value(grads[0])...)
		three := team.New(3)
		defer three.Close()
		if err := p.Run(three); err != nil {
			t.Fatal(err)
		}
		check()
		for i, v := range p.Value(grads[0]) {
			if v != before[i] {
				t.Fatalf("weight %d: gradient %v with three threads, %v with one", i, v, before[i])
			}
		}
	})
}

// TestStemRefusals checks what does not fit the stem for large images.
func TestStemRefusals(t *testing.T) {
	c := Config{Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Stem: stemLarge, Dim: 8}
	if e := c.Fits(Input{16, 16, 3}, Input{16, 16, 3}); e != nil {
		t.Error(e)
	}
	if e := c.Fits(Input{7, 16, 3}, Input{7, 16, 3}); e == nil {
		t.Error("seven rows were halved three times")
	}
	c.StemStride = 2
	if e := c.Fits(Input{16, 16, 3}, Input{16, 16, 3}); e == nil {
		t.Error("a stride that is not read was accepted")
	}
	g := G.NewGraph()
	x := must(t)(Pad(graph.Input(g, "x", make([]float32, 2*9*9*3), 2, 9, 9, 3)))
	if _, err := MaxPool(x); err == nil {
		t.Error("a max-pool of numbers that may be negative was accepted")
	}
}
