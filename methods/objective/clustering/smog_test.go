package clustering

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenSMoG(t *testing.T) {
	t.Run("smog_step", func(t *testing.T) {
		f := golden.Load(t, "smog_step")
		s := golden.Shape(f.Inputs["encoded"])
		b, d := s[1], s[2]
		k := int(fixture.Num(t, f.Params, "groups"))
		cfg := part.Config{Settings: small(map[string]any{"prototypes.count": k, "smog.momentum": fixture.Num(t, f.Params, "beta")}).Settings}
		cfg.Encoder.Hidden = 4
		// Projections are those of the second crop, which predicts the one global crop's group; the
		// first predicts none.
		v := objective.Views{Images: b, Global: 1, Crops: 2}
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
			h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, k, fixture.Num(t, f.Params, "temperature"), false)
			h.Input.Scores = make([]float32, b*k)
			kernel.InnerProducts(nil, h.Input.Scores, at("momentum"), unit, b, d, k)

			g := G.NewGraph()
			z, pred := graph.Input(g, "z", two("encoded"), 2*b, d), graph.Input(g, "predicted", two("predicted"), 2*b, d)
			moved := fixture.Node(t)(o.move(z, fixture.Node(t)(graph.StopGradient(graph.Input(g, "groups", groups, k, d)))))
			cos := fixture.Node(t)(o.cosines(pred, moved))
			loss := fixture.Node(t)(h.Loss(cos, z, moved))
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
func groupGradient(t *testing.T, o *smog, h *objective.Head, predicted []float32) []float32 {
	g := G.NewGraph()
	moved := graph.Input(g, "moved", slices.Clone(o.moved), o.k, o.d)
	cos := fixture.Node(t)(o.cosines(graph.Input(g, "predicted", predicted, len(predicted)/o.d, o.d), moved))
	p, grads := fixture.Run(t, g, fixture.Node(t)(h.Loss(cos, moved, moved)), moved)
	return p.Value(grads[0])
}

// TestSMoGPredictorsWidth: the setting is the projector's; an encoder without one does not read it.
func TestSMoGPredictorsWidth(t *testing.T) {
	for encoder, want := range map[string]int{"convnet": 5, "mlp": 16} {
		cfg := small(map[string]any{"prototypes.count": 12})
		cfg.Encoder.Name, cfg.Encoder.Width, cfg.Encoder.Depth, cfg.Encoder.Hidden = encoder, 1, 1, 5
		o := newSMoG(cfg, objective.Views{Images: 1, Global: 2, Crops: 2}, cfg.Encoder.Dim)
		if got := o.predictor[0].Shape[1]; got != want {
			t.Errorf("%s: %d hidden units, want %d", encoder, got, want)
		}
	}
}

// TestSMoGResets: groups are clustered anew after every n-th step, and the teacher set to the
// student then; never with n = 0.
func TestSMoGResets(t *testing.T) {
	const k, d = 3, 4
	for n, want := range map[int][]int{0: nil, 3: {2, 5}, 1: {0, 1, 2, 3, 4, 5, 6}} {
		cfg := small(map[string]any{"prototypes.count": k, "smog.reset_steps": n})
		o := newSMoG(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		l := o.Own(cfg, learner.RandomHeads(1, 1, k, d), d)[0]
		var at []int
		for i := range 7 {
			copy(o.moved, fixture.RandomUnit(uint64(i), k, d))
			s := &learner.Step{Index: i, Found: learner.NewFound()}
			s.Z[part.Student] = fixture.RandomUnit(uint64(20+i), 2*cfg.Train.Batch, d)
			l.After(s)
			if s.Found.CopyStudent {
				at = append(at, i)
			} else if !slices.Equal(l.Vectors().Value, o.moved) {
				t.Errorf("step %d: the groups are not where they moved", i)
			}
		}
		if !slices.Equal(at, want) {
			t.Errorf("reset_steps %d: reset at %v, want %v", n, at, want)
		}
		onsets := DeclareSMoG().Onsets(cfg)
		if (len(onsets) > 0) != (n > 0) || n > 0 && onsets[0].Epoch != float64(n-1)/4 {
			t.Errorf("reset_steps %d: sets in at %v", n, onsets)
		}
	}
}

// TestSMoGMoves: a group moves by a share of the mean of the projections nearest to it, of both
// crops, and each of them gets its part of the group's gradient.
func TestSMoGMoves(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "smog.momentum": 0.75})
	o := newSMoG(cfg, objective.Views{Images: 2, Global: 2, Crops: 2}, 2)
	up := []float32{1, 2, 3, 4, 5, 6}
	g := G.NewGraph()
	z := graph.Input(g, "z", []float32{2, 1, 0, 3, 4, -1, 1, 0}, 4, 2) // the first, third and fourth for the first group
	groups := fixture.Node(t)(graph.StopGradient(graph.Input(g, "groups", []float32{1, 0, 0, 2, -1, 0}, 3, 2)))
	moved := fixture.Node(t)(o.move(z, groups))
	loss := fixture.Node(t)(fixture.DotNode(moved, up))
	p, grads := fixture.Run(t, g, loss, z)
	if want := []float32{0.75 + 0.25*7/3, 0, 0, 2.25, -1, 0}; !fixture.Near(o.moved, want) {
		t.Errorf("groups %v, want %v", o.moved, want)
	}
	first, second := []float32{0.25 / 3, 0.5 / 3}, []float32{0.25 * 3, 0.25 * 4}
	if want := slices.Concat(first, second, first, first); !fixture.Near(p.Value(grads[0]), want) {
		t.Errorf("gradient %v, want %v", p.Value(grads[0]), want)
	}
}

// TestPredictorStarts: weights uniform within ±1/√(inputs), norms at 1, biases at 0.
func TestPredictorStarts(t *testing.T) {
	for i, p := range newPredictor(1, 64, 32) {
		largest, square := 0.0, 0.0
		for _, v := range p.Value {
			largest, square = max(largest, math.Abs(float64(v))), square+float64(v*v)/float64(len(p.Value))
		}
		want, bound := 1/math.Sqrt(float64(p.Shape[0])), 1.0001
		switch i {
		case 1:
			want = math.Sqrt(3)
		case 2, 4:
			want = 0
		}
		if !(math.Abs(math.Sqrt(3*square)-want) <= 0.05*want) || i%3 == 0 && (largest > bound*want || largest < 0.98*want) {
			t.Errorf("%s has √3·σ %g and goes up to %g, want %g", p.Name, math.Sqrt(3*square), largest, want)
		}
	}
}

// TestSMoGBuilds scores of predictions and moved groups: cosines.
func TestSMoGBuilds(t *testing.T) {
	v := objective.Views{Images: 2, Global: 2, Crops: 2}
	cfg := small(map[string]any{"prototypes.count": 3})
	o := newSMoG(cfg, v, 5)
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, 3, 0.1, false)
	h.Take(objective.CodeInput{Scores: fixture.Uniform(4*3, "teacher")})
	g := G.NewGraph()
	z := graph.Input(g, "z", fixture.Uniform(4*5, "z"), 4, 5)
	loss := fixture.Node(t)(h.Build(z, nil, fixture.Node(t)(graph.StopGradient(graph.Input(g, "c", fixture.RandomUnit(1, 3, 5), 3, 5)))))
	p, err := graph.Compile(g, loss, h.S)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.Value(h.S) {
		if !(math.Abs(float64(s)) <= 1.00001) {
			t.Errorf("score %d is %g", i, s)
		}
	}
	if len(h.Extra) != 5 || !(p.Value(loss)[0] > 0) {
		t.Errorf("%d parameters, loss %g", len(h.Extra), p.Value(loss)[0])
	}
}
