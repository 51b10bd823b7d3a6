package methods

import (
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenMaSSL(t *testing.T) {
	t.Run("massl_loss", func(t *testing.T) {
		f := golden.Load(t, "massl_loss")
		s := golden.Shape(f.Inputs["student_features"])
		v, d := views{images: s[2], global: int(num(t, f.Params, "global_crops")), crops: s[1]}, s[3]
		temps := golden.Floats(f.Params["teacher_temp"])
		cfg := part.Config{Settings: with(map[string]any{
			"massl.memory": int(num(t, f.Params, "memory_size")), "massl.block": int(num(t, f.Params, "block")),
			"massl.warmup_teacher_temperature": temps[0], "massl.teacher_temperature": temps[1], "massl.warmup_teacher_epochs": 1,
		})}
		o := newMaSSL(cfg, v)
		m := newMemory(0, o.k, d, v)
		copy(m.past.value, golden.Float32s(f.Inputs["memory"]))
		m.past.next[0] = num(t, f.Inputs, "pointer")
		copy(m.p.value, m.past.value)
		var losses, targets, after []float32
		var grads, pointers []float32
		for step := range s[0] {
			o.split(golden.Ints(f.Inputs["block_indices"].([]any)[step]))
			z := golden.Float32s(f.Inputs["teacher"].([]any)[step])
			in := codeInput{scores: make([]float32, v.global*v.images*o.k), epoch: float64(step)}
			kernel.InnerProducts(nil, in.scores, z, m.p.value, v.global*v.images, d, o.k)
			q := make([]float32, len(in.scores))
			o.targets(q, in)
			targets = append(targets, maSSLTargets(o, q)...)
			sum := make([]float32, v.crops*v.images*o.k)
			v.swap(sum, q, o.k)

			g := G.NewGraph()
			x := graph.Input(g, "features", golden.Float32s(f.Inputs["student_features"].([]any)[step]), v.crops*v.images, d)
			c := graph.Input(g, "memory", m.p.value, o.k, d)
			h := &head{views: v, k: o.k, temperature: num(t, f.Params, "student_temp")}
			sc := node(t)(scoresNode(node(t)(encoders.Normalize(x)), c, false))
			loss := node(t)(o.loss(h, sc, graph.Input(g, "targets", sum, v.crops*v.images, o.k)))
			p, gs := run(t, g, loss, x)
			losses, grads = append(losses, p.Value(loss)[0]), append(grads, p.Value(gs[0])...)

			in2 := &stepInput{found: newFound()}
			in2.z[part.Teacher] = z
			m.after(in2)
			after, pointers = append(after, m.p.value...), append(pointers, float32(m.past.next[0]))
		}
		golden.Check(t, f, "loss", losses, f.Expected["loss"])
		golden.Check(t, f, "targets", targets, f.Expected["targets"])
		golden.Check(t, f, "grad_student_features", grads, f.Expected["grad_student_features"])
		golden.Check(t, f, "memory_after", after, f.Expected["memory_after"])
		golden.Check(t, f, "pointer_after", pointers, f.Expected["pointer_after"])
	})
}

// maSSLTargets puts targets [global·B,K] into the file's order: crop, block, image, member.
func maSSLTargets(o *massl, q []float32) (out []float32) {
	for c := 0; c < len(q); c += o.v.images * o.k {
		for b := 0; b < len(o.order); b += o.size {
			for i := range o.v.images {
				for _, k := range o.order[b:][:o.size] {
					out = append(out, q[c+i*o.k+k])
				}
			}
		}
	}
	return out
}

// TestMemoryForgetsTheOldest writes more embeddings than the memory has room for.
func TestMemoryForgetsTheOldest(t *testing.T) {
	m := newMemory(1, 3, 1, views{images: 2, global: 2, crops: 2})
	for _, z := range [][]float32{{-1, -1, 1, 2}, {-1, -1, 3, 4}} {
		s := &stepInput{found: newFound()}
		s.z[part.Teacher] = z
		m.after(s)
	}
	if want := []float32{4, 2, 3}; m.p.value[0] != want[0] || m.p.value[1] != want[1] || m.p.value[2] != want[2] || m.past.next[0] != 1 {
		t.Errorf("memory %v, next row %g; want %v and 1", m.p.value, m.past.next[0], want)
	}
}

// TestNoPrototypes checks that an arm without prototypes says so.
func TestNoPrototypes(t *testing.T) {
	cfg := testConfig(t, "massl")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	if l := tr.Learned()[0]; l.K != 0 || l.D != cfg.Encoder.Dim || l.Scores != nil || l.Current[part.Teacher] != nil {
		t.Errorf("a memory passes for %d prototypes", l.K)
	}
}
