package term

import (
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

func TestGoldenCrossEntropy(t *testing.T) {
	t.Run("ops_soft_cross_entropy", func(t *testing.T) {
		f := golden.Load(t, "ops_soft_cross_entropy")
		s := golden.Shape(f.Inputs["logits"])
		temp := float32(fixture.Num(t, f.Params, "temperature"))
		hard := make([]float32, s[0]*s[1])
		for i, y := range golden.Ints(f.Inputs["hard_targets"]) {
			hard[i*s[1]+y] = 1
		}
		soft := golden.Float32s(f.Inputs["targets"])
		for _, c := range []struct {
			key, in string
			q       []float32
		}{{"logits", "logits", soft}, {"large_logits", "large_logits", soft}, {"hard", "logits", hard}} {
			g := G.NewGraph()
			x := graph.Input(g, "x", golden.Float32s(f.Inputs[c.in]), s...)
			loss := fixture.Node(t)(CrossEntropyNode(x, graph.Input(g, "q", c.q, s...), temp, 1/float32(s[0])))
			p, grads := fixture.Run(t, g, loss, x)
			golden.Check(t, f, c.key, p.Value(loss), golden.At(t, f.Expected, c.key, "loss"))
			golden.Check(t, f, c.key+" gradient", p.Value(grads[0]), golden.At(t, f.Expected, c.key, "grad"))
		}
	})
}

func TestGoldenKoLeo(t *testing.T) {
	for _, name := range []string{"koleo_prototypes", "koleo_features", "koleo_near_duplicate", "koleo_exact_duplicates"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["x"])
			g := G.NewGraph()
			x := graph.Input(g, "x", golden.Float32s(f.Inputs["x"]), s...)
			loss := fixture.Node(t)(koleoNode(x))
			p, grads := fixture.Run(t, g, loss, x)
			golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
			if want, ok := f.Expected["grad"]; ok {
				golden.Check(t, f, "gradient", p.Value(grads[0]), want)
			}
			if want, ok := f.Expected["nearest"]; ok {
				k := newKoleo(s[0], s[1])
				k.value(nil, golden.Float32s(f.Inputs["x"]))
				for i, w := range golden.Ints(want) {
					if k.near[i] != w {
						t.Errorf("nearest of %d: got %d, want %d", i, k.near[i], w)
					}
				}
			}
		})
	}
}
