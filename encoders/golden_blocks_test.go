package encoders

import (
	"math/rand/v2"
	"strings"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// block is a part of a network, built by the same walk as whole networks, on a golden file's
// weights.
type block struct {
	t       *testing.T
	f       *golden.File
	weights *Weights
	walk    func(b *builder) error
	keys    map[string]string // our parameters' names and the file's, up to ".weight" and ".bias"
}

func newBlock(t *testing.T, f *golden.File, keys map[string]string, walk func(b *builder) error) *block {
	t.Helper()
	k := &block{t: t, f: f, weights: &Weights{index: map[string]*Param{}}, walk: walk, keys: keys}
	draw := &builder{weights: k.weights, rng: func() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }}
	if err := walk(draw); err != nil {
		t.Fatal(err)
	}
	for _, p := range k.weights.Params {
		v := f.Inputs[k.key(p.Name)]
		if n := copy(p.Value, toOurs(golden.Float32s(v), golden.Shape(v))); n != len(p.Value) || n != len(golden.Floats(v)) {
			t.Fatalf("%s: %d of %d numbers", p.Name, n, len(p.Value))
		}
	}
	return k
}

// key is the file's name of a parameter.
func (k *block) key(name string) string {
	at := strings.LastIndex(name, ".")
	base, ok := k.keys[name[:at]]
	if !ok {
		k.t.Fatalf("no name for %s", name)
	}
	return base + "_" + name[at+1:]
}

// toOurs turns weights (out, in, …) into (…, in, out).
func toOurs(x []float32, shape []int) []float32 {
	switch {
	case len(shape) == 2 || len(shape) == 4 && shape[2] == 1:
		return permute(x, shape[:2], 1, 0)
	case len(shape) == 4:
		return permute(x, shape, 2, 3, 1, 0)
	}
	return x
}

// toTheirs is the inverse of toOurs; shape is the file's.
func toTheirs(x []float32, shape []int) []float32 {
	switch {
	case len(shape) == 2 || len(shape) == 4 && shape[2] == 1:
		return permute(x, []int{shape[1], shape[0]}, 1, 0)
	case len(shape) == 4:
		return permute(x, []int{shape[2], shape[3], shape[1], shape[0]}, 3, 2, 0, 1)
	}
	return x
}

// run builds the block on x, runs it and, in training mode, checks the weights' gradients; it
// returns y and x's gradient.
func (k *block) run(mode Mode, data []float32, shape []int, gradOut []float32) (y, gradX []float32) {
	k.t.Helper()
	g := G.NewGraph()
	x := graph.Input(g, "x", data, shape...)
	b := &builder{weights: k.weights, mode: mode, g: g, nodes: map[string]*G.Node{}, x: x}
	if err := k.walk(b); err != nil {
		k.t.Fatal(err)
	}
	if mode == Evaluation {
		p, err := graph.Compile(g, b.x)
		if err != nil {
			k.t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			k.t.Fatal(err)
		}
		return p.Value(b.x), nil
	}
	wrt := G.Nodes{x}
	for _, p := range k.weights.Params {
		wrt = append(wrt, b.nodes[p.Name])
	}
	p, grads := runVJP(k.t, g, b.x, gradOut, wrt...)
	for i, param := range k.weights.Params {
		want := k.f.Expected["grad_"+k.key(param.Name)]
		golden.Check(k.t, k.f, "grad_"+param.Name, toTheirs(p.Value(grads[i+1]), golden.Shape(want)), want)
	}
	return p.Value(b.x), p.Value(grads[0])
}

func TestGoldenAttention(t *testing.T) {
	t.Run("ops_attention", func(t *testing.T) {
		f := golden.Load(t, "ops_attention")
		s, heads := golden.Shape(f.Inputs["x"]), int(f.Params["heads"].(float64))
		keys := map[string]string{"a.qkv": "in_proj", "a.out": "out_proj"}
		k := newBlock(t, f, keys, func(b *builder) error {
			if err := b.linear("a.qkv", s[2], 3*s[2], true, false, true); err != nil {
				return err
			}
			if err := b.apply(func(x *G.Node) (*G.Node, error) { return Attention(x, s[1], heads) }); err != nil {
				return err
			}
			return b.linear("a.out", s[2], s[2], true, false, true)
		})
		data := golden.Float32s(f.Inputs["x"])
		y, dx := k.run(Training, data, []int{s[0] * s[1], s[2]}, golden.Float32s(f.Inputs["grad_out"]))
		golden.Check(t, f, "y", y, f.Expected["y"])
		golden.Check(t, f, "grad_x", dx, f.Expected["grad_x"])

		g, a := G.NewGraph(), newAttention(s[0], s[1], s[2], heads)
		w, c := k.weights.Param("a.qkv.weight"), k.weights.Param("a.qkv.bias")
		qkv := must(t)(Linear(graph.Input(g, "x", data, s[0]*s[1], s[2]), graph.Input(g, "w", w.Value, w.Shape...), graph.Input(g, "b", c.Value, c.Shape...), false, true))
		p, err := graph.Compile(g, must(t)(a.node(qkv)))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, f, "attention", a.weights, f.Expected["attention"])
	})
}

func TestGoldenTransformerBlock(t *testing.T) {
	t.Run("ops_transformer_block", func(t *testing.T) {
		f := golden.Load(t, "ops_transformer_block")
		num := func(key string) int { return int(f.Params[key].(float64)) }
		if f.Params["layer_norm_eps"].(float64) != vitEps {
			t.Fatalf("the file's epsilon is %v", f.Params["layer_norm_eps"])
		}
		s := golden.Shape(f.Inputs["x"])
		keys := map[string]string{
			"b.norm1": "norm1", "b.norm2": "norm2", "b.attention.qkv": "in_proj", "b.attention.out": "out_proj", "b.fc1": "fc1", "b.fc2": "fc2",
		}
		k := newBlock(t, f, keys, func(b *builder) error {
			return b.transformerBlock("b", num("dim"), num("mlp_dim"), s[1], num("heads"))
		})
		y, dx := k.run(Training, golden.Float32s(f.Inputs["x"]), []int{s[0] * s[1], s[2]}, golden.Float32s(f.Inputs["grad_out"]))
		golden.Check(t, f, "y", y, f.Expected["y"])
		golden.Check(t, f, "grad_x", dx, f.Expected["grad_x"])
	})
}

func TestGoldenBasicBlock(t *testing.T) {
	for _, name := range []string{"ops_resnet_block_identity", "ops_resnet_block_downsample"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			xs, ys := golden.Shape(f.Inputs["x"]), golden.Shape(f.Inputs["grad_out"])
			keys := map[string]string{
				"b.conv1": "conv1", "b.norm1": "bn1", "b.conv2": "conv2", "b.norm2": "bn2", "b.shortcut": "shortcut_conv", "b.shortcut.norm": "shortcut_bn",
			}
			k := newBlock(t, f, keys, func(b *builder) error {
				if err := b.apply(Pad); err != nil {
					return err
				}
				if err := b.basicBlock("b", xs[1], ys[1], int(f.Params["stride"].(float64)), false); err != nil {
					return err
				}
				return b.apply(Unpad)
			})
			data, shape := nhwc(golden.Float32s(f.Inputs["x"]), xs), []int{xs[0], xs[2], xs[3], xs[1]}
			y, dx := k.run(Training, data, shape, nhwc(golden.Float32s(f.Inputs["grad_out"]), ys))
			golden.Check(t, f, "y", nchw(y, ys), f.Expected["y"])
			golden.Check(t, f, "grad_x", nchw(dx, xs), f.Expected["grad_x"])
			golden.Check(t, f, "running_mean", k.weights.Param("b.norm2.mean").Value, f.Expected["bn2_running_mean_after"])
			golden.Check(t, f, "running_var", k.weights.Param("b.norm2.var").Value, f.Expected["bn2_running_var_after"])
			y, _ = k.run(Evaluation, data, shape, nil)
			golden.Check(t, f, "y_eval", nchw(y, ys), f.Expected["y_eval_after"])
		})
	}
}

// TestGoldenDINOHead checks the gelu projector behind which embeddings are normalised and scored by
// unit prototypes; the prototypes' own gradient belongs to package methods.
func TestGoldenDINOHead(t *testing.T) {
	for _, name := range []string{"dino_head", "dino_head_free_g"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s, v := golden.Shape(f.Inputs["x"]), golden.Shape(f.Inputs["weight_v"])
			c := golden.Float32s(f.Inputs["weight_v"])
			kernel.NormalizeRows(c, c, v[0], v[1], nil)
			hidden := golden.Shape(f.Inputs["mlp0_bias"])[0]
			keys := map[string]string{"projector.0": "mlp0", "projector.1": "mlp1", "projector.2": "mlp2"}
			k := newBlock(t, f, keys, func(b *builder) error {
				if err := b.projector(Config{Projector: "gelu", Hidden: hidden, Dim: v[1]}, s[1]); err != nil {
					return err
				}
				if err := b.apply(Normalize); err != nil {
					return err
				}
				return b.apply(func(z *G.Node) (*G.Node, error) {
					return Linear(z, graph.Input(b.g, "prototypes", permute(c, v, 1, 0), v[1], v[0]), nil, false, true)
				})
			})
			y, dx := k.run(Training, golden.Float32s(f.Inputs["x"]), s, golden.Float32s(f.Inputs["grad_out"]))
			golden.Check(t, f, "logits", y, f.Expected["logits"])
			golden.Check(t, f, "grad_x", dx, f.Expected["grad_x"])
		})
	}
}
