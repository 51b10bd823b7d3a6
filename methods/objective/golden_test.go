package objective

import (
	"fmt"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

func TestGoldenSinkhorn(t *testing.T) {
	t.Run("sinkhorn_swav", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_swav")
		s := golden.Shape(f.Inputs["scores"])
		for _, it := range golden.Ints(f.Params["iterations"]) {
			q := golden.Float32s(f.Inputs["scores"])
			sinkhorn.Sinkhorn(nil, q, q, s[0], s[1], fixture.Num(t, f.Params, "epsilon"), it)
			golden.Check(t, f, fmt.Sprint("codes ", it), q, f.Expected[fmt.Sprintf("q_iters_%d", it)])
		}
	})
	t.Run("sinkhorn_dinov2", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_dinov2")
		s := golden.Shape(f.Inputs["teacher_logits"])
		for i, key := range []string{"q_temp_0.07", "q_temp_0.04"} {
			temp := golden.Floats(f.Params["teacher_temps"])[i]
			o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, Views{Images: s[0], Global: 1, Crops: 1}, s[1])
			q := make([]float32, s[0]*s[1])
			o.codes(q, CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"])})
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
	v := Views{Images: fs[1], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: fs[0]}
	d, k := fs[2], cs[0]
	set := SwAV{Epsilon: fixture.Num(t, f.Params, "epsilon"), Iterations: int(fixture.Num(t, f.Params, "sinkhorn_iterations")), Targets: "student"}
	if q, ok := f.Inputs["queue"]; ok {
		set.Queue = golden.Shape(q)[1]
	}
	o := newSwAV(set, v, k, d)
	if set.Queue > 0 {
		past := golden.Float32s(f.Inputs["queue"])
		for g, q := range o.queues {
			q.PushFront(past[g*set.Queue*d:][:set.Queue*d])
		}
	}
	c := golden.Float32s(f.Inputs["C_raw"])
	kernel.NormalizeRows(c, c, k, d, nil)
	golden.Check(t, f, "C", c, f.Expected["C"])
	g := G.NewGraph()
	feats := graph.Input(g, "features", golden.Float32s(f.Inputs["features"]), v.Crops*v.Images, d)
	z := fixture.Node(t)(encoders.Normalize(feats))
	if at == "grad_z" {
		z = graph.Input(g, "z", golden.Float32s(f.Expected["z"]), v.Crops*v.Images, d)
		feats = z
	}
	h := NewHead(o, Traits{Targets: part.Student}, v, k, fixture.Num(t, f.Params, "temperature"), true)
	loss, err := h.Build(z, nil, graph.Input(g, "C", c, k, d))
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, loss, feats, h.c)
	golden.Check(t, f, "codes", h.Codes, f.Expected["codes"])
	golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
	golden.Check(t, f, at, p.Value(grads[0]), f.Expected[at])
	golden.Check(t, f, "grad_C", p.Value(grads[1]), f.Expected["grad_C"])
	if set.Queue > 0 {
		h.After()
		var after []float32
		for _, q := range o.queues {
			after = append(after, q.Value...)
		}
		golden.Check(t, f, "queue_after", after, f.Expected["queue_after"])
	}
}

func TestGoldenDINO(t *testing.T) {
	t.Run("dino_loss", func(t *testing.T) {
		f := golden.Load(t, "dino_loss")
		s, ts := golden.Shape(f.Inputs["student_logits"]), golden.Shape(f.Inputs["teacher_logits"])
		v, k := Views{Images: s[2], Global: ts[1], Crops: s[1]}, s[3]
		o := newDINO(DINO{
			Targets: "centering", CenterMomentum: fixture.Num(t, f.Params, "center_momentum"), WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: fixture.Num(t, f.Params, "final_teacher_temp"), WarmupEpochs: int(fixture.Num(t, f.Params, "warmup_teacher_temp_epochs")),
		}, v, k)
		var temps, losses, before, after []float32
		var grad []float32
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			temps = append(temps, float32(o.ramp.At(epoch)))
			before = append(before, o.mean...)
			in := CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"].([]any)[step]), Epoch: float64(epoch)}
			loss, gs := lossOf(t, o, v, k, golden.Float32s(f.Inputs["student_logits"].([]any)[step]), in, fixture.Num(t, f.Params, "student_temp"))
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
		// Local crops of the student against every global crop: all pairs count, so each crop
		// predicts the sum of all codes.
		s, ts := golden.Shape(f.Inputs["student_logits"]), golden.Shape(f.Inputs["teacher_logits"])
		n, k := s[1], s[2]
		temp := fixture.Num(t, f.Params, "teacher_temp")
		v := Views{Images: n, Global: ts[0], Crops: s[0]}
		o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, v, k)
		q := make([]float32, ts[0]*n*k)
		o.codes(q, CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"])})
		golden.Check(t, f, "targets", q, f.Expected["targets"])
		targets := make([]float32, s[0]*n*k)
		for i := range targets {
			for g := range ts[0] {
				targets[i] += q[g*n*k+i%(n*k)]
			}
		}
		g := G.NewGraph()
		x := graph.Input(g, "student", golden.Float32s(f.Inputs["student_logits"]), s[0]*n, k)
		loss := fixture.Node(t)(term.CrossEntropyNode(x, graph.Input(g, "targets", targets, s[0]*n, k), float32(fixture.Num(t, f.Params, "student_temp")), 1/float32(n)))
		p, grads := fixture.Run(t, g, loss, x)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss_sum_over_pairs"])
		golden.Check(t, f, "grad", p.Value(grads[0]), f.Expected["grad_student"])
	})
}

// lossOf runs the objective's codes and the loss on given student scores.
func lossOf(t *testing.T, o Objective, v Views, k int, student []float32, in CodeInput, temp float64) (float32, []float32) {
	t.Helper()
	h := NewHead(o, Traits{Targets: part.Teacher}, v, k, temp, false)
	h.Take(in)
	g := G.NewGraph()
	x := graph.Input(g, "student", student, v.Crops*v.Images, k)
	loss, err := h.loss(x, x, x)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, loss, x)
	return p.Value(loss)[0], p.Value(grads[0])
}
