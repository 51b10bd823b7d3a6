package methods

import (
	"fmt"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func node(t *testing.T) func(*G.Node, error) *G.Node {
	return func(n *G.Node, err error) *G.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func run(t *testing.T, g *G.ExprGraph, loss *G.Node, wrt ...*G.Node) (*graph.Program, G.Nodes) {
	t.Helper()
	grads, err := graph.Gradients(loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(G.Nodes{loss}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	return p, grads
}

func num(t *testing.T, m map[string]any, path ...string) float64 {
	t.Helper()
	return golden.Floats(golden.At(t, m, path...))[0]
}

func TestGoldenSinkhorn(t *testing.T) {
	t.Run("sinkhorn_swav", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_swav")
		s := golden.Shape(f.Inputs["scores"])
		for _, it := range golden.Ints(f.Params["iterations"]) {
			q := golden.Float32s(f.Inputs["scores"])
			Sinkhorn(nil, q, q, s[0], s[1], num(t, f.Params, "epsilon"), it)
			golden.Check(t, f, fmt.Sprint("codes ", it), q, f.Expected[fmt.Sprintf("q_iters_%d", it)])
		}
	})
	t.Run("sinkhorn_dinov2", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_dinov2")
		s := golden.Shape(f.Inputs["teacher_logits"])
		for i, key := range []string{"q_temp_0.07", "q_temp_0.04"} {
			temp := golden.Floats(f.Params["teacher_temps"])[i]
			o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, views{images: s[0], global: 1, crops: 1}, s[1])
			q := make([]float32, s[0]*s[1])
			o.codes(q, codeInput{scores: golden.Float32s(f.Inputs["teacher_logits"])})
			golden.Check(t, f, key, q, f.Expected[key])
		}
	})
}

func TestGoldenSwAV(t *testing.T) {
	for _, name := range []string{"swav_loss", "swav_loss_queue"} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{"grad_features", "grad_z"} { // the gradient is taken at an input of the graph
				goldenSwAV(t, golden.Load(t, name), at)
			}
		})
	}
}

func goldenSwAV(t *testing.T, f *golden.File, at string) {
	fs, cs := golden.Shape(f.Inputs["features"]), golden.Shape(f.Inputs["C_raw"])
	v := views{images: fs[1], global: int(num(t, f.Params, "global_crops")), crops: fs[0]}
	d, k := fs[2], cs[0]
	set := SwAV{Epsilon: num(t, f.Params, "epsilon"), Iterations: int(num(t, f.Params, "sinkhorn_iterations")), Targets: "student"}
	if q, ok := f.Inputs["queue"]; ok {
		set.Queue = golden.Shape(q)[1]
	}
	o := newSwAV(set, v, k, d)
	if set.Queue > 0 {
		past := golden.Float32s(f.Inputs["queue"])
		for g, q := range o.queues {
			q.put(upTo(set.Queue), past[g*set.Queue*d:])
		}
	}
	c := golden.Float32s(f.Inputs["C_raw"])
	kernel.NormalizeRows(c, c, k, d, nil)
	golden.Check(t, f, "C", c, f.Expected["C"])
	g := G.NewGraph()
	feats := graph.Input(g, "features", golden.Float32s(f.Inputs["features"]), v.crops*v.images, d)
	z := node(t)(encoders.Normalize(feats))
	if at == "grad_z" {
		z = graph.Input(g, "z", golden.Float32s(f.Expected["z"]), v.crops*v.images, d)
		feats = z
	}
	h := newHead(o, Traits{Targets: part.Student}, v, k, num(t, f.Params, "temperature"), true)
	loss, err := h.build(z, nil, graph.Input(g, "C", c, k, d))
	if err != nil {
		t.Fatal(err)
	}
	p, grads := run(t, g, loss, feats, h.c)
	golden.Check(t, f, "codes", h.Codes, f.Expected["codes"])
	golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
	golden.Check(t, f, at, p.Value(grads[0]), f.Expected[at])
	golden.Check(t, f, "grad_C", p.Value(grads[1]), f.Expected["grad_C"])
	if set.Queue > 0 {
		h.after()
		var after []float32
		for _, q := range o.queues {
			after = append(after, q.value...)
		}
		golden.Check(t, f, "queue_after", after, f.Expected["queue_after"])
	}
}

func TestGoldenDINO(t *testing.T) {
	t.Run("dino_loss", func(t *testing.T) {
		f := golden.Load(t, "dino_loss")
		s, ts := golden.Shape(f.Inputs["student_logits"]), golden.Shape(f.Inputs["teacher_logits"])
		v, k := views{images: s[2], global: ts[1], crops: s[1]}, s[3]
		o := newDINO(DINO{
			Targets: "centering", CenterMomentum: num(t, f.Params, "center_momentum"), WarmupTemperature: num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: num(t, f.Params, "final_teacher_temp"), WarmupEpochs: int(num(t, f.Params, "warmup_teacher_temp_epochs")),
		}, v, k)
		var temps, losses, before, after []float32
		var grad []float32
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			temps = append(temps, float32(o.ramp.At(epoch)))
			before = append(before, o.mean...)
			in := codeInput{scores: golden.Float32s(f.Inputs["teacher_logits"].([]any)[step]), epoch: float64(epoch)}
			loss, gs := lossOf(t, o, v, k, golden.Float32s(f.Inputs["student_logits"].([]any)[step]), in, num(t, f.Params, "student_temp"))
			losses, grad = append(losses, loss), append(grad, gs...)
			o.after(in)
			after = append(after, o.mean...)
		}
		golden.Check(t, f, "teacher_temp", temps, f.Expected["teacher_temp"])
		golden.Check(t, f, "loss", losses, f.Expected["loss"])
		golden.Check(t, f, "center_before", before, f.Expected["center_before"])
		golden.Check(t, f, "center_after", after, f.Expected["center_after"])
		golden.Check(t, f, "grad_student", grad, f.Expected["grad_student"])
	})
	t.Run("dino_loss_sinkhorn", func(t *testing.T) {
		f := golden.Load(t, "dino_loss_sinkhorn")
		// Local crops of the student against every global crop: all pairs count, so each crop predicts the sum of all codes.
		s, ts := golden.Shape(f.Inputs["student_logits"]), golden.Shape(f.Inputs["teacher_logits"])
		n, k := s[1], s[2]
		temp := num(t, f.Params, "teacher_temp")
		v := views{images: n, global: ts[0], crops: s[0]}
		o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, v, k)
		q := make([]float32, ts[0]*n*k)
		o.codes(q, codeInput{scores: golden.Float32s(f.Inputs["teacher_logits"])})
		golden.Check(t, f, "targets", q, f.Expected["targets"])
		targets := make([]float32, s[0]*n*k)
		for i := range targets {
			for g := range ts[0] {
				targets[i] += q[g*n*k+i%(n*k)]
			}
		}
		g := G.NewGraph()
		x := graph.Input(g, "student", golden.Float32s(f.Inputs["student_logits"]), s[0]*n, k)
		loss := node(t)(crossEntropyNode(x, graph.Input(g, "targets", targets, s[0]*n, k), float32(num(t, f.Params, "student_temp")), 1/float32(n)))
		p, grads := run(t, g, loss, x)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss_sum_over_pairs"])
		golden.Check(t, f, "grad", p.Value(grads[0]), f.Expected["grad_student"])
	})
}

// lossOf runs the objective's codes and the loss on given student scores.
func lossOf(t *testing.T, o objective, v views, k int, student []float32, in codeInput, temp float64) (float32, []float32) {
	t.Helper()
	h := newHead(o, Traits{Targets: part.Teacher}, v, k, temp, false)
	h.take(in)
	g := G.NewGraph()
	x := graph.Input(g, "student", student, v.crops*v.images, k)
	loss, err := h.loss(x, x, x)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := run(t, g, loss, x)
	return p.Value(loss)[0], p.Value(grads[0])
}

func TestGoldenCrossEntropy(t *testing.T) {
	t.Run("ops_soft_cross_entropy", func(t *testing.T) {
		f := golden.Load(t, "ops_soft_cross_entropy")
		s := golden.Shape(f.Inputs["logits"])
		temp := float32(num(t, f.Params, "temperature"))
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
			loss := node(t)(crossEntropyNode(x, graph.Input(g, "q", c.q, s...), temp, 1/float32(s[0])))
			p, grads := run(t, g, loss, x)
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
			loss := node(t)(koleoNode(x))
			p, grads := run(t, g, loss, x)
			golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
			if want, ok := f.Expected["grad"]; ok {
				golden.Check(t, f, "gradient", p.Value(grads[0]), want)
			}
			if want, ok := f.Expected["nearest"]; ok {
				k := koleo{k: s[0], d: s[1], c: make([]float32, s[0]*s[1]), norm: make([]float32, s[0]), near: make([]int, s[0]), sim: make([]float32, koleoBlock*s[0])}
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

func TestGoldenOnlineEM(t *testing.T) {
	for _, name := range []string{"gmm_online_diag", "gmm_online_shared", "gmm_online_uniform"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["mu"])
			cov := map[string]string{"diag": "diagonal", "shared": "shared"}[f.Params["covariance"].(string)]
			m := NewMixture(golden.Float32s(f.Inputs["mu"]), s[0], s[1], cov, 1, 0)
			m.Lambda, m.VarMin, m.Alpha, m.Learned = num(t, f.Params, "lambda"), num(t, f.Params, "var_min"), num(t, f.Params, "alpha0"), true
			m.Uniform = f.Params["forgetting"] == "uniform"
			copy(m.N, golden.Floats(f.Inputs["N"]))
			copy(m.Pi, golden.Floats(f.Inputs["pi"]))
			startVariances(m, golden.Floats(f.Inputs["var"]))
			for b, beta := range golden.Floats(f.Params["beta"]) {
				h := golden.Float32s(f.Inputs["batches"].([]any)[b])
				m.Update(h, beta)
				at := func(key string) any { return f.Expected[key].([]any)[b] }
				golden.Check(t, f, "responsibilities", m.work.r[:len(h)/m.D*m.K], at("responsibilities"))
				golden.Check(t, f, "log-likelihood", []float64{m.LogLikelihood()}, at("log_likelihood"))
				golden.Check(t, f, "N", m.N, at("N"))
				golden.Check(t, f, "mu", m.Mu, at("mu"))
				golden.Check(t, f, "var", variances(m), at("var"))
				golden.Check(t, f, "pi", m.Pi, at("pi"))
			}
		})
	}
}

// startVariances sets a mixture's variances, given as it shares them.
func startVariances(m *Mixture, v []float64) {
	m.Pooled[0] = v[0]
	for i := range m.Spread {
		m.Spread[i] = float32(v[i%len(v)])
	}
}

// variances are a mixture's variances as it shares them.
func variances(m *Mixture) []float64 {
	if m.Covariance == "shared" {
		return m.Pooled
	}
	out, per := make([]float64, len(m.Spread)), len(m.Spread)/m.K
	for i := range out {
		out[i] = m.variance(i/per, i%per)
	}
	return out
}

// TestGoldenBatchEM checks the mixture against batch EM: the online step that forgets everything.
func TestGoldenBatchEM(t *testing.T) {
	for _, name := range []string{"gmm_diag", "gmm_spherical", "gmm_diag_separated", "gmm_spherical_separated"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["means"])
			cov := map[string]string{"diag": "diagonal", "spherical": "spherical"}[f.Params["covariance_type"].(string)]
			m := NewMixture(golden.Float32s(f.Inputs["means"]), s[0], s[1], cov, 1, 0)
			m.Lambda, m.Alpha, m.Learned, m.Uniform = 0, 0, true, true
			startVariances(m, golden.Floats(f.Inputs["covariances"]))
			copy(m.Pi, golden.Floats(f.Inputs["weights"]))
			x, reg := golden.Float32s(f.Inputs["X"]), num(t, f.Params, "reg_covar")
			steps := map[int]string{1: "one_em_step", 5: "five_em_steps"}
			for i := 1; i <= 5; i++ {
				m.Update(x, 1)
				if i == 1 {
					golden.Check(t, f, "responsibilities", m.work.r[:len(x)/m.D*m.K], f.Expected["responsibilities"])
					golden.Check(t, f, "mean log-likelihood", []float64{m.LogLikelihood()}, f.Expected["mean_log_likelihood"])
				}
				for j := range m.Spread {
					m.Spread[j] += float32(reg)
				}
				if want, ok := f.Expected[steps[i]].(map[string]any); ok {
					golden.Check(t, f, steps[i]+" weights", m.Pi, want["weights"])
					golden.Check(t, f, steps[i]+" means", m.Mu, want["means"])
					golden.Check(t, f, steps[i]+" covariances", variances(m), want["covariances"])
				}
			}
		})
	}
}
