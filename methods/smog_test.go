package methods

import (
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenSMoG(t *testing.T) {
	t.Run("smog_step", func(t *testing.T) {
		f := golden.Load(t, "smog_step")
		s := golden.Shape(f.Inputs["encoded"])
		b, d := s[1], s[2]
		k := int(num(t, f.Params, "groups"))
		cfg := part.Config{Settings: Defaults()}
		cfg.Encoder.Hidden = 4
		cfg.Settings.MustSet("prototypes.count", k)
		cfg.Settings.MustSet("smog.momentum", num(t, f.Params, "beta"))
		// Projections are those of the second crop, which predicts the one global crop's group; the first predicts none.
		v := views{images: b, global: 1, crops: 2}
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
			h := newHead(o, Traits{Targets: part.Teacher}, v, k, num(t, f.Params, "temperature"), false)
			h.Input.scores = make([]float32, b*k)
			kernel.InnerProducts(nil, h.Input.scores, at("momentum"), unit, b, d, k)

			g := G.NewGraph()
			z, pred := graph.Input(g, "z", two("encoded"), 2*b, d), graph.Input(g, "predicted", two("predicted"), 2*b, d)
			moved := node(t)(o.move(z, node(t)(graph.StopGradient(graph.Input(g, "groups", groups, k, d)))))
			cos := node(t)(o.cosines(pred, moved))
			loss := node(t)(h.loss(cos, z, moved))
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
				logits[i] /= float32(h.temperature)
			}
			add("logits", logits)
			add("loss", p.Value(loss))
			add("grad_encoded", p.Value(grads[0])[b*d:])
			add("grad_predicted", p.Value(grads[1])[b*d:])
			add("grad_groups_after", groupGradient(t, o, h, two("predicted")))
			add("groups_after", o.moved)
			members = append(members, o.hits.near...)
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
func groupGradient(t *testing.T, o *smog, h *head, predicted []float32) []float32 {
	g := G.NewGraph()
	moved := graph.Input(g, "moved", slices.Clone(o.moved), o.k, o.d)
	cos := node(t)(o.cosines(graph.Input(g, "predicted", predicted, len(predicted)/o.d, o.d), moved))
	p, grads := run(t, g, node(t)(h.loss(cos, moved, moved)), moved)
	return p.Value(grads[0])
}

// TestSMoGReset checks that a reset puts the groups on the sphere and the teacher at the student, and that only it does.
func TestSMoGReset(t *testing.T) {
	cfg := testConfig(t, "smog")
	tr, next := start(t, cfg), batches(cfg)
	for step := 1; step <= 2*cfg.Settings.Int("smog.reset_steps"); step++ {
		s := steps(t, tr, next, 1)[0]
		due := step%cfg.Settings.Int("smog.reset_steps") == 0
		equal := true
		for i, p := range tr.weights[part.Teacher].Params {
			equal = equal && slices.Equal(p.Value, tr.weights[part.Student].Params[i].Value)
		}
		if whole := unit(tr.host.learners[0].vectors().value, cfg.Encoder.Dim) == 12; whole != due || equal != due || (s.Values["smog.reset"] == 1) != due {
			t.Errorf("step %d: unit groups %v, teacher equals student %v; reset is due: %v", step, whole, equal, due)
		}
	}
}

// TestSMoGPredictorsWidth: the setting is the projector's; an encoder without one does not read it.
func TestSMoGPredictorsWidth(t *testing.T) {
	for encoder, want := range map[string]int{"convnet": 5, "mlp": 16} {
		cfg := testConfig(t, "smog")
		cfg.Encoder.Name, cfg.Encoder.Width, cfg.Encoder.Depth, cfg.Encoder.Hidden = encoder, 1, 1, 5
		o := newSMoG(cfg, views{images: 1, global: 2, crops: 2}, cfg.Encoder.Dim)
		if got := o.predictor[0].Shape[1]; got != want {
			t.Errorf("%s: %d hidden units, want %d", encoder, got, want)
		}
	}
}
