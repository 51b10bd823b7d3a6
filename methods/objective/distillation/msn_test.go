package distillation

import (
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

func TestGoldenMSN(t *testing.T) {
	for _, name := range []string{"msn_loss", "msn_loss_sinkhorn", "msn_loss_entropy"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			set := MSN{Sharpen: fixture.Num(t, f.Params, "sharpen_T"), MeMax: fixture.Num(t, f.Params, "me_max_weight"), Sinkhorn: f.Params["use_sinkhorn"].(bool)}
			if w, ok := f.Params["entropy_weight"]; ok {
				set.Entropy = golden.Floats(w)[0]
			}
			if set.Sinkhorn {
				set.Iterations = int(fixture.Num(t, f.Params, "sinkhorn_iterations"))
			}
			goldenMSN(t, f, set)
		})
	}
}

func goldenMSN(t *testing.T, f *golden.File, set MSN) {
	as, ts, ps := golden.Shape(f.Inputs["anchor_views"]), golden.Shape(f.Inputs["target_views"]), golden.Shape(f.Inputs["prototypes"])
	n, d, k := ts[0], ps[1], ps[0]
	o := newMSN(set, k, fixture.Num(t, f.Params, "tau"))
	z, c := golden.Float32s(f.Inputs["target_views"]), golden.Float32s(f.Inputs["prototypes"])
	kernel.NormalizeRows(z, z, n, d, nil)
	kernel.NormalizeRows(c, c, k, d, nil)
	s, q := make([]float32, n*k), make([]float32, n*k)
	kernel.InnerProducts(nil, s, z, c, n, d, k)
	o.Codes(q, objective.CodeInput{Scores: s})
	golden.Check(t, f, "targets", q, f.Expected["targets"])
	// Both anchor views predict the one target view.
	anchors := as[0] / n
	var targets []float32
	for range anchors {
		targets = append(targets, q...)
	}
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, objective.Views{Images: n, Global: anchors, Crops: anchors}, k, o.temperature, true)
	for _, part := range []string{"", "_me_max"} {
		g := G.NewGraph()
		a := graph.Input(g, "anchors", golden.Float32s(f.Inputs["anchor_views"]), as...)
		p := graph.Input(g, "prototypes", golden.Float32s(f.Inputs["prototypes"]), ps...)
		x := fixture.Node(t)(term.ScoresNode(fixture.Node(t)(encoders.Normalize(a)), fixture.Node(t)(encoders.Normalize(p)), true))
		y := graph.Input(g, "targets", targets, anchors*n, k)
		loss, key := fixture.Node(t)(o.Loss(h, x, y)), "loss"
		if part != "" {
			loss, key = fixture.Node(t)(term.MeMaxNode(x, float32(o.temperature))), "me_max"
		}
		program, grads := fixture.Run(t, g, loss, a, p)
		golden.Check(t, f, key, program.Value(loss), f.Expected[key])
		golden.Check(t, f, "grad_anchor_views"+part, program.Value(grads[0]), f.Expected["grad_anchor_views"+part])
		golden.Check(t, f, "grad_prototypes"+part, program.Value(grads[1]), f.Expected["grad_prototypes"+part])
	}
	goldenTerms(t, f, o, h, targets, as, c)
}

// goldenTerms checks the terms of the loss that the file gives one by one.
func goldenTerms(t *testing.T, f *golden.File, o *msn, h *objective.Head, targets []float32, as []int, c []float32) {
	a := golden.Float32s(f.Inputs["anchor_views"])
	kernel.NormalizeRows(a, a, as[0], as[1], nil)
	s := make([]float32, as[0]*o.k)
	kernel.InnerProducts(nil, s, a, c, as[0], as[1], o.k)
	g := G.NewGraph()
	x, y := graph.Input(g, "scores", s, as[0], o.k), graph.Input(g, "targets", targets, as[0], o.k)
	ce, entropy := fixture.Node(t)(h.CrossEntropy(x, y)), fixture.Node(t)(term.EntropyNode(x, float32(o.temperature)))
	p, err := graph.Compile(g, ce, entropy)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, f, "ploss", p.Value(ce), f.Expected["ploss"])
	if want, ok := f.Expected["entropy"]; ok {
		golden.Check(t, f, "entropy", p.Value(entropy), want)
	}
}
