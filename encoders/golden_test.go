package encoders

import (
	"fmt"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// must returns a node or ends the test.
func must(t *testing.T) func(n *G.Node, err error) *G.Node {
	return func(n *G.Node, err error) *G.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// dotWith is the scalar Σ y·w: differentiating it gives the vector-Jacobian product with w.
func dotWith(y *G.Node, w []float32) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "dot", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			var s float64
			for i, v := range in[0] {
				s += float64(v) * float64(w[i])
			}
			out[0] = float32(s)
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			g, err := graph.Apply(graph.Op{
				Kind: "dot-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, out []float32) {
					for i := range out {
						out[i] = w[i] * v[0][0]
					}
				},
			}, grad)
			return G.Nodes{g}, err
		},
	}, y)
}

// runVJP compiles y and the gradients of Σ y·w by wrt and runs once.
func runVJP(t *testing.T, g *G.ExprGraph, y *G.Node, w []float32, wrt ...*G.Node) (*graph.Program, G.Nodes) {
	t.Helper()
	loss := must(t)(dotWith(y, w))
	grads, err := graph.Gradients(loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(G.Nodes{loss, y}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	return p, grads
}

// permute reorders the axes of a row-major array.
func permute(x []float32, shape []int, axes ...int) []float32 {
	d := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float32(nil), x...)))
	if err := d.T(axes...); err != nil {
		panic(err)
	}
	if err := d.Transpose(); err != nil {
		panic(err)
	}
	return d.Float32s()
}

func nhwc(x []float32, s []int) []float32 { return permute(x, s, 0, 2, 3, 1) }
func nchw(x []float32, s []int) []float32 {
	return permute(x, []int{s[0], s[2], s[3], s[1]}, 0, 3, 1, 2)
}

func TestGoldenConv(t *testing.T) {
	for _, name := range []string{"ops_conv2d_stride1", "ops_conv2d_stride2"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			xs, ws, ys := golden.Shape(f.Inputs["x"]), golden.Shape(f.Inputs["weight"]), golden.Shape(f.Inputs["grad_out"])
			g := G.NewGraph()
			x := graph.Input(g, "x", nhwc(golden.Float32s(f.Inputs["x"]), xs), xs[0], xs[2], xs[3], xs[1])
			w := graph.Input(g, "w", permute(golden.Float32s(f.Inputs["weight"]), ws, 2, 3, 1, 0), 3, 3, ws[1], ws[0])
			y := must(t)(Unpad(must(t)(Conv3x3(must(t)(Pad(x)), w, int(f.Params["stride"].(float64)), 2, true))))
			p, grads := runVJP(t, g, y, nhwc(golden.Float32s(f.Inputs["grad_out"]), ys), x, w)
			got, bias := p.Value(y), golden.Float32s(f.Inputs["bias"])
			for i := range got { // our convolutions leave the bias to the norm behind them
				got[i] += bias[i%len(bias)]
			}
			golden.Check(t, f, "y", nchw(got, ys), f.Expected["y"])
			golden.Check(t, f, "grad_x", nchw(p.Value(grads[0]), xs), f.Expected["grad_x"])
			golden.Check(t, f, "grad_weight", permute(p.Value(grads[1]), []int{3, 3, ws[1], ws[0]}, 3, 2, 0, 1), f.Expected["grad_weight"])
		})
	}
}

func TestGoldenBatchNorm(t *testing.T) {
	for _, name := range []string{"ops_batchnorm1d", "ops_batchnorm2d"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["x"])
			in, out := nhwc, nchw
			if len(s) == 2 {
				in = func(x []float32, _ []int) []float32 { return x }
				out = in
			}
			data, dims := in(golden.Float32s(f.Inputs["x"]), s), append([]int{s[0]}, append(s[2:], s[1])...)
			run := Running{golden.Float32s(f.Inputs["running_mean"]), golden.Float32s(f.Inputs["running_var"])}
			build := func(mode Mode) (*graph.Program, *G.Node, G.Nodes) {
				g := G.NewGraph()
				x := graph.Input(g, "x", data, dims...)
				gamma := graph.Input(g, "gamma", golden.Float32s(f.Inputs["weight"]), s[1])
				beta := graph.Input(g, "beta", golden.Float32s(f.Inputs["bias"]), s[1])
				y := x
				if len(s) == 4 {
					y = must(t)(Pad(x))
				}
				y = must(t)(BatchNorm(y, gamma, beta, run, mode, false))
				if len(s) == 4 {
					y = must(t)(Unpad(y))
				}
				if mode == Evaluation {
					p, err := graph.Compile(g, y)
					if err != nil {
						t.Fatal(err)
					}
					if err := p.Run(nil); err != nil {
						t.Fatal(err)
					}
					return p, y, nil
				}
				p, grads := runVJP(t, g, y, in(golden.Float32s(f.Inputs["grad_out"]), s), x, gamma, beta)
				return p, y, grads
			}
			p, y, grads := build(Training)
			golden.Check(t, f, "y", out(p.Value(y), s), f.Expected["y"])
			golden.Check(t, f, "grad_x", out(p.Value(grads[0]), s), f.Expected["grad_x"])
			golden.Check(t, f, "grad_weight", p.Value(grads[1]), f.Expected["grad_weight"])
			golden.Check(t, f, "grad_bias", p.Value(grads[2]), f.Expected["grad_bias"])
			golden.Check(t, f, "running_mean", run.Mean, f.Expected["running_mean_after"])
			golden.Check(t, f, "running_var", run.Var, f.Expected["running_var_after"])
			p, y, _ = build(Evaluation)
			golden.Check(t, f, "y_eval", out(p.Value(y), s), f.Expected["y_eval_after"])
		})
	}
}

func TestGoldenNormalize(t *testing.T) {
	t.Run("ops_l2_normalize", func(t *testing.T) {
		f := golden.Load(t, "ops_l2_normalize")
		s, g := golden.Shape(f.Inputs["x"]), G.NewGraph()
		x := graph.Input(g, "x", golden.Float32s(f.Inputs["x"]), s...)
		y := must(t)(Normalize(x))
		p, grads := runVJP(t, g, y, golden.Float32s(f.Inputs["grad_out"]), x)
		golden.Check(t, f, "y", p.Value(y), f.Expected["y"])
		for r := range s[0] {
			key := fmt.Sprintf("grad_x_row%d", r)
			golden.Check(t, f, key, p.Value(grads[0])[r*s[1]:(r+1)*s[1]], f.Expected[key])
		}
	})
}

func TestGoldenGlobalAveragePool(t *testing.T) {
	t.Run("ops_global_avg_pool", func(t *testing.T) {
		f := golden.Load(t, "ops_global_avg_pool")
		s, g := golden.Shape(f.Inputs["x"]), G.NewGraph()
		x := graph.Input(g, "x", nhwc(golden.Float32s(f.Inputs["x"]), s), s[0], s[2], s[3], s[1])
		y := must(t)(GlobalAveragePool(must(t)(Pad(x))))
		p, grads := runVJP(t, g, y, golden.Float32s(f.Inputs["grad_out"]), x)
		golden.Check(t, f, "y", p.Value(y), f.Expected["y"])
		golden.Check(t, f, "grad_x", nchw(p.Value(grads[0]), s), f.Expected["grad_x"])
	})
}
