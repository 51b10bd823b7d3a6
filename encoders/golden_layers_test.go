package encoders

import (
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"

	G "gorgonia.org/gorgonia"
)

func TestGoldenGELU(t *testing.T) {
	t.Run("ops_gelu", func(t *testing.T) {
		f := golden.Load(t, "ops_gelu")
		data, g := golden.Float32s(f.Inputs["x"]), G.NewGraph()
		x := graph.Input(g, "x", data, len(data))
		y := must(t)(GELU(x))
		p, grads := runVJP(t, g, y, golden.Float32s(f.Inputs["grad_out"]), x)
		golden.Check(t, f, "y", p.Value(y), f.Expected["y"])
		golden.Check(t, f, "grad_x", p.Value(grads[0]), f.Expected["grad_x"])
	})
}

func TestGoldenLayerNorm(t *testing.T) {
	t.Run("ops_layernorm", func(t *testing.T) {
		f := golden.Load(t, "ops_layernorm")
		s, g := golden.Shape(f.Inputs["x"]), G.NewGraph()
		x := graph.Input(g, "x", golden.Float32s(f.Inputs["x"]), s...)
		gamma := graph.Input(g, "gamma", golden.Float32s(f.Inputs["weight"]), s[2])
		beta := graph.Input(g, "beta", golden.Float32s(f.Inputs["bias"]), s[2])
		y := must(t)(LayerNorm(x, gamma, beta, f.Params["eps"].(float64)))
		p, grads := runVJP(t, g, y, golden.Float32s(f.Inputs["grad_out"]), x, gamma, beta)
		golden.Check(t, f, "y", p.Value(y), f.Expected["y"])
		golden.Check(t, f, "grad_x", p.Value(grads[0]), f.Expected["grad_x"])
		golden.Check(t, f, "grad_weight", p.Value(grads[1]), f.Expected["grad_weight"])
		golden.Check(t, f, "grad_bias", p.Value(grads[2]), f.Expected["grad_bias"])
	})
}

func TestGoldenConv1x1(t *testing.T) {
	t.Run("ops_conv2d_1x1_stride2", func(t *testing.T) {
		f := golden.Load(t, "ops_conv2d_1x1_stride2")
		xs, ws, ys := golden.Shape(f.Inputs["x"]), golden.Shape(f.Inputs["weight"]), golden.Shape(f.Inputs["grad_out"])
		g := G.NewGraph()
		x := graph.Input(g, "x", nhwc(golden.Float32s(f.Inputs["x"]), xs), xs[0], xs[2], xs[3], xs[1])
		w := graph.Input(g, "w", permute(golden.Float32s(f.Inputs["weight"]), ws[:2], 1, 0), ws[1], ws[0])
		y := must(t)(Unpad(must(t)(Conv1x1(must(t)(Pad(x)), w, int(f.Params["stride"].(float64))))))
		p, grads := runVJP(t, g, y, nhwc(golden.Float32s(f.Inputs["grad_out"]), ys), x, w)
		golden.Check(t, f, "y", nchw(p.Value(y), ys), f.Expected["y"])
		golden.Check(t, f, "grad_x", nchw(p.Value(grads[0]), xs), f.Expected["grad_x"])
		golden.Check(t, f, "grad_weight", permute(p.Value(grads[1]), []int{ws[1], ws[0]}, 1, 0), f.Expected["grad_weight"])
	})
}

// TestResidualAdd checks that the gradient passes to both the branch and the residual, also where
// they come from one operand.
func TestResidualAdd(t *testing.T) {
	g, w := G.NewGraph(), noise(6, "w")
	x, z := graph.Input(g, "x", noise(6, "x"), 2, 3), graph.Input(g, "z", noise(6, "z"), 2, 3)
	one, zero := graph.Input(g, "one", []float32{1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3), graph.Input(g, "zero", make([]float32, 3), 3)
	y := must(t)(LinearAdd(must(t)(LinearAdd(x, one, zero, z)), one, zero, x))
	p, grads := runVJP(t, g, y, w, x, z)
	for i := range w {
		if got, want := p.Value(y)[i], p.Value(x)[i]+p.Value(z)[i]+p.Value(x)[i]; got != want {
			t.Errorf("sum %d is %g, want %g", i, got, want)
		}
		if a, b := p.Value(grads[0])[i], p.Value(grads[1])[i]; a != 2*w[i] || b != w[i] {
			t.Errorf("gradients %g and %g, want %g and %g", a, b, 2*w[i], w[i])
		}
	}
}

// TestTokenLayout checks where pixels and tokens go, with numbers that tell their place.
func TestTokenLayout(t *testing.T) {
	const n, h, w, ch, size = 2, 4, 6, 3, 2
	data := make([]float32, n*h*w*ch)
	for i := range data {
		data[i] = float32(i)
	}
	const p, d = h / size * (w / size), size * size * ch
	class, positions := noise(d, "class"), noise((p+1)*d, "positions")
	g := G.NewGraph()
	patches := must(t)(Patches(graph.Input(g, "x", data, n, h, w, ch), size))
	all := must(t)(Tokens(patches, graph.Input(g, "class", class, 1, d), graph.Input(g, "positions", positions, p+1, d)))
	first := must(t)(ClassToken(all, p+1))
	prog, err := graph.Compile(g, patches, all, first)
	if err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(nil); err != nil {
		t.Fatal(err)
	}
	for image := range n {
		for i := range p * d {
			patch, y, x, c := i/d, i%d/(size*ch), i%(size*ch)/ch, i%ch
			row, col := patch/(w/size)*size+y, patch%(w/size)*size+x
			want := data[((image*h+row)*w+col)*ch+c]
			if got := prog.Value(patches)[image*p*d+i]; got != want {
				t.Fatalf("element %d of image %d is %g, want pixel %g", i, image, got, want)
			}
			if got := prog.Value(all)[(image*(p+1)+1)*d+i]; got != want+positions[d+i] {
				t.Fatalf("token element %d of image %d is %g, want %g", i, image, got, want+positions[d+i])
			}
		}
		for i := range d {
			want := class[i] + positions[i]
			if a, b := prog.Value(all)[image*(p+1)*d+i], prog.Value(first)[image*d+i]; a != want || b != want {
				t.Fatalf("class token element %d is %g and %g, want %g", i, a, b, want)
			}
		}
	}
}
