package distillation

import (
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

func TestGoldenDINO(t *testing.T) {
	t.Run("sinkhorn_dinov2", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_dinov2")
		s := golden.Shape(f.Inputs["teacher_logits"])
		for i, key := range []string{"q_temp_0.07", "q_temp_0.04"} {
			temp := golden.Floats(f.Params["teacher_temps"])[i]
			o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, objective.Views{Images: s[0], Global: 1, Crops: 1}, s[1])
			q := make([]float32, s[0]*s[1])
			o.Codes(q, objective.CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"])})
			golden.Check(t, f, key, q, f.Expected[key])
		}
	})
	t.Run("dino_loss", func(t *testing.T) {
		f := golden.Load(t, "dino_loss")
		s, ts := golden.Shape(f.Inputs["student_logits"]), golden.Shape(f.Inputs["teacher_logits"])
		v, k := objective.Views{Images: s[2], Global: ts[1], Crops: s[1]}, s[3]
		o := newDINO(DINO{
			Targets: "centering", CenterMomentum: fixture.Num(t, f.Params, "center_momentum"), WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: fixture.Num(t, f.Params, "final_teacher_temp"), WarmupEpochs: int(fixture.Num(t, f.Params, "warmup_teacher_temp_epochs")),
		}, v, k)
		var temps, losses, before, after []float32
		var grad []float32
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			temps = append(temps, float32(o.ramp.At(epoch)))
			before = append(before, o.mean...)
			in := objective.CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"].([]any)[step]), Epoch: float64(epoch)}
			loss, gs := lossOf(t, o, v, k, golden.Float32s(f.Inputs["student_logits"].([]any)[step]), in, fixture.Num(t, f.Params, "student_temp"))
			losses, grad = append(losses, loss), append(grad, gs...)
			o.After(in)
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
		v := objective.Views{Images: n, Global: ts[0], Crops: s[0]}
		o := newDINO(DINO{Targets: "sinkhorn", WarmupTemperature: temp, TeacherTemperature: temp, Iterations: 3}, v, k)
		q := make([]float32, ts[0]*n*k)
		o.Codes(q, objective.CodeInput{Scores: golden.Float32s(f.Inputs["teacher_logits"])})
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
func lossOf(t *testing.T, o objective.Objective, v objective.Views, k int, student []float32, in objective.CodeInput, temp float64) (float32, []float32) {
	t.Helper()
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, k, temp, false)
	h.Take(in)
	g := G.NewGraph()
	x := graph.Input(g, "student", student, v.Crops*v.Images, k)
	loss, err := h.Loss(x, x, x)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, loss, x)
	return p.Value(loss)[0], p.Value(grads[0])
}
