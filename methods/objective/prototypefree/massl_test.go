package prototypefree

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

func TestGoldenMaSSL(t *testing.T) {
	t.Run("massl_loss", func(t *testing.T) {
		f := golden.Load(t, "massl_loss")
		s := golden.Shape(f.Inputs["student_features"])
		v, d := objective.Views{Images: s[2], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: s[1]}, s[3]
		temps := golden.Floats(f.Params["teacher_temp"])
		cfg := part.Config{Settings: small(map[string]any{
			"massl.memory": int(fixture.Num(t, f.Params, "memory_size")), "massl.block": int(fixture.Num(t, f.Params, "block")),
			"massl.warmup_teacher_temperature": temps[0], "massl.teacher_temperature": temps[1], "massl.warmup_teacher_epochs": 1,
		}).Settings}
		o := newMaSSL(cfg, v)
		m := newMemory(0, o.K, d, v)
		copy(m.past.Value, golden.Float32s(f.Inputs["memory"]))
		fixture.Entry(t, m.past, "next").F64[0] = fixture.Num(t, f.Inputs, "pointer")
		copy(m.P.Value, m.past.Value)
		var losses, targets, after []float32
		var grads, pointers []float32
		for step := range s[0] {
			o.Split(golden.Ints(f.Inputs["block_indices"].([]any)[step]))
			z := golden.Float32s(f.Inputs["teacher"].([]any)[step])
			in := objective.CodeInput{Scores: make([]float32, v.Global*v.Images*o.K), Epoch: float64(step)}
			kernel.InnerProducts(nil, in.Scores, z, m.P.Value, v.Global*v.Images, d, o.K)
			q := make([]float32, len(in.Scores))
			o.targets(q, in)
			targets = append(targets, fixture.ByBlock(q, v.Images, o.K, o.Order, o.Size)...)
			sum := make([]float32, v.Crops*v.Images*o.K)
			v.Swap(sum, q, o.K)

			g := G.NewGraph()
			x := graph.Input(g, "features", golden.Float32s(f.Inputs["student_features"].([]any)[step]), v.Crops*v.Images, d)
			c := graph.Input(g, "memory", m.P.Value, o.K, d)
			h := &objective.Head{Views: v, K: o.K, Temperature: fixture.Num(t, f.Params, "student_temp")}
			sc := fixture.Node(t)(term.ScoresNode(fixture.Node(t)(encoders.Normalize(x)), c, false))
			loss := fixture.Node(t)(o.Loss(h, sc, graph.Input(g, "targets", sum, v.Crops*v.Images, o.K)))
			p, gs := fixture.Run(t, g, loss, x)
			losses, grads = append(losses, p.Value(loss)[0]), append(grads, p.Value(gs[0])...)

			in2 := &learner.Step{Found: learner.NewFound()}
			in2.Z[part.Teacher] = z
			m.After(in2)
			after, pointers = append(after, m.P.Value...), append(pointers, float32(fixture.Entry(t, m.past, "next").F64[0]))
		}
		golden.Check(t, f, "loss", losses, f.Expected["loss"])
		golden.Check(t, f, "targets", targets, f.Expected["targets"])
		golden.Check(t, f, "grad_student_features", grads, f.Expected["grad_student_features"])
		golden.Check(t, f, "memory_after", after, f.Expected["memory_after"])
		golden.Check(t, f, "pointer_after", pointers, f.Expected["pointer_after"])
	})
}

// TestMemoryForgetsTheOldest writes more embeddings than the memory has room for.
func TestMemoryForgetsTheOldest(t *testing.T) {
	m := newMemory(1, 3, 1, objective.Views{Images: 2, Global: 2, Crops: 2})
	for _, z := range [][]float32{{-1, -1, 1, 2}, {-1, -1, 3, 4}} {
		s := &learner.Step{Found: learner.NewFound()}
		s.Z[part.Teacher] = z
		m.After(s)
	}
	if want := []float32{4, 2, 3}; m.P.Value[0] != want[0] || m.P.Value[1] != want[1] || m.P.Value[2] != want[2] || fixture.Entry(t, m.past, "next").F64[0] != 1 {
		t.Errorf("memory %v, next row %g; want %v and 1", m.P.Value, fixture.Entry(t, m.past, "next").F64[0], want)
	}
}

// The teacher's temperature is the epoch's, which changes with whole epochs.
func TestMaSSLTeacherTemperature(t *testing.T) {
	const b, k = 3, 4
	scores, got := fixture.Uniform(2*b*k, "scores"), make([]float32, 2*b*k)
	cfg := small(map[string]any{
		"massl.memory": k, "massl.block": k, "massl.teacher_temperature": 0.11, "massl.warmup_teacher_temperature": 0.05, "massl.warmup_teacher_epochs": 4,
	})
	for epoch, temperature := range map[float64]float64{0: 0.05, 0.75: 0.05, 1: 0.07, 1.99: 0.07, 2.5: 0.09, 3: 0.11, 3.9: 0.11, 8.5: 0.11} {
		in := objective.CodeInput{Scores: scores, Epoch: epoch}
		if newMaSSL(cfg, objective.Views{Images: b, Global: 2, Crops: 2}).Codes(got, in); !fixture.Near(got, fixture.SoftmaxOf(scores, nil, k, temperature)) {
			t.Errorf("epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
	}
}

// TestMaSSLGradientScales with the gradient that comes from above.
func TestMaSSLGradientScales(t *testing.T) {
	v := objective.Views{Images: 2, Global: 2, Crops: 2}
	cfg := small(map[string]any{"massl.memory": 6, "massl.block": 3})
	scores := fixture.Uniform(4*6, "student")
	var grads [2][]float32
	for i, weight := range []float32{1, 4} {
		o := newMaSSL(cfg, v)
		o.Shuffle(1)
		q := make([]float32, 4*6)
		o.targets(q, objective.CodeInput{Scores: fixture.Uniform(4*6, "teacher")})
		g := G.NewGraph()
		x := graph.Input(g, "s", scores, 4, 6)
		h := &objective.Head{Views: v, K: 6, Temperature: 0.5}
		loss := fixture.Node(t)(o.Loss(h, x, graph.Input(g, "q", q, 4, 6)))
		p, gs := fixture.Run(t, g, fixture.Node(t)(graph.Sum([]float32{weight}, loss)), x)
		grads[i] = slices.Clone(p.Value(gs[0]))
	}
	for i, g := range grads[0] {
		if !(math.Abs(float64(grads[1][i]-4*g)) <= 1e-6) || math.Abs(float64(g)) < 1e-9 {
			t.Errorf("entry %d: %g, or %g from four times as much", i, g, grads[1][i])
		}
	}
}
