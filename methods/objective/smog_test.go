package objective

import (
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenSMoG(t *testing.T) {
	t.Run("smog_step", func(t *testing.T) {
		f := golden.Load(t, "smog_step")
		s := golden.Shape(f.Inputs["encoded"])
		b, d := s[1], s[2]
		k := int(fixture.Num(t, f.Params, "groups"))
		cfg := part.Config{Settings: with(map[string]any{"prototypes.count": k, "smog.momentum": fixture.Num(t, f.Params, "beta")})}
		cfg.Encoder.Hidden = 4
		// Projections are those of the second crop, which predicts the one global crop's group; the
		// first predicts none.
		v := Views{Images: b, Global: 1, Crops: 2}
		o := newSMoG(cfg, v, d)
		groups := golden.Float32s(f.Inputs["groups"])
		got := map[string][]float32{}
		add := func(key string, x []float32) { got[key] = append(got[key], x...) }
		var targets, members []int
		for step := range s[0] {
			at := func(key string) []float32 { return golden.Float32s(f.Inputs[key].([]any)[step]) }
			two := func(key string) []float32 { return append(make([]float32, b*d), at(key)...) }
			add("groups_before", groups)
			unit := make([]float32, k*d)
			kernel.NormalizeRows(unit, groups, k, d, nil)
			h := NewHead(o, Traits{Targets: part.Teacher}, v, k, fixture.Num(t, f.Params, "temperature"), false)
			h.Input.Scores = make([]float32, b*k)
			kernel.InnerProducts(nil, h.Input.Scores, at("momentum"), unit, b, d, k)

			g := G.NewGraph()
			z, pred := graph.Input(g, "z", two("encoded"), 2*b, d), graph.Input(g, "predicted", two("predicted"), 2*b, d)
			moved := fixture.Node(t)(o.move(z, fixture.Node(t)(graph.StopGradient(graph.Input(g, "groups", groups, k, d)))))
			cos := fixture.Node(t)(o.cosines(pred, moved))
			loss := fixture.Node(t)(h.loss(cos, z, moved))
			grads, err := graph.Gradients(loss, z, pred)
			if err != nil {
				t.Fatal(err)
			}
			p, err := graph.Compile(g, append(G.Nodes{loss, cos}, grads...)...)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(nil); err != nil {
				t.Fatal(err)
			}
			logits := slices.Clone(p.Value(cos)[b*k:])
			for i := range logits {
				logits[i] /= float32(h.Temperature)
			}
			add("logits", logits)
			add("loss", p.Value(loss))
			add("grad_encoded", p.Value(grads[0])[b*d:])
			add("grad_predicted", p.Value(grads[1])[b*d:])
			add("grad_groups_after", groupGradient(t, o, h, two("predicted")))
			add("groups_after", o.moved)
			members = append(members, o.hits.Near...)
			for i := range b {
				targets = append(targets, slices.Index(h.Codes[i*k:][:k], 1))
			}
			groups = slices.Clone(o.moved)
		}
		for key, x := range got {
			golden.Check(t, f, key, x, f.Expected[key])
		}
		if want := golden.Ints(f.Expected["momentum_assignments"]); !slices.Equal(targets, want) {
			t.Errorf("targets %v, want %v", targets, want)
		}
		if want := golden.Ints(f.Expected["online_assignments"]); !slices.Equal(members, want) {
			t.Errorf("members %v, want %v", members, want)
		}
	})
}

// groupGradient is the loss's gradient with respect to the moved groups.
func groupGradient(t *testing.T, o *smog, h *Head, predicted []float32) []float32 {
	g := G.NewGraph()
	moved := graph.Input(g, "moved", slices.Clone(o.moved), o.k, o.d)
	cos := fixture.Node(t)(o.cosines(graph.Input(g, "predicted", predicted, len(predicted)/o.d, o.d), moved))
	p, grads := fixture.Run(t, g, fixture.Node(t)(h.loss(cos, moved, moved)), moved)
	return p.Value(grads[0])
}

// TestSMoGPredictorsWidth: the setting is the projector's; an encoder without one does not read it.
func TestSMoGPredictorsWidth(t *testing.T) {
	for encoder, want := range map[string]int{"convnet": 5, "mlp": 16} {
		cfg := small(map[string]any{"prototypes.count": 12})
		cfg.Encoder.Name, cfg.Encoder.Width, cfg.Encoder.Depth, cfg.Encoder.Hidden = encoder, 1, 1, 5
		o := newSMoG(cfg, Views{Images: 1, Global: 2, Crops: 2}, cfg.Encoder.Dim)
		if got := o.predictor[0].Shape[1]; got != want {
			t.Errorf("%s: %d hidden units, want %d", encoder, got, want)
		}
	}
}
