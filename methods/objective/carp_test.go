package objective

import (
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenCARP(t *testing.T) {
	for _, name := range []string{"carp_loss", "carp_loss_remainder", "carp_loss_saturated"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["student_logits"])
			v := Views{Images: s[1], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: s[0]}
			k, student, teacher := s[2], golden.Float32s(f.Inputs["student_logits"]), golden.Float32s(f.Inputs["teacher_logits"])
			cfg := part.Config{Settings: with(map[string]any{
				"prototypes.count": k, "carp.block": int(fixture.Num(t, f.Params, "partition_size")), "carp.entropy_weight": fixture.Num(t, f.Params, "entropy_weight"),
			})}
			o := newCARP(cfg, v)
			o.split(golden.Ints(f.Inputs["permutation"]))
			q := make([]float32, len(teacher))
			o.probabilities(nil, q, teacher, 1, nil)
			golden.Check(t, f, "teacher_probs", byBlock(o, q), f.Expected["teacher_probs"])
			consistency, entropy := newCARPLoss(o, q, 1, 0), newCARPLoss(o, q, 0, 1)
			for _, c := range []struct {
				loss, grad string
				node       func(s, targets *G.Node) (*G.Node, error)
			}{
				{"consistency", "grad_student_consistency", consistency.node},
				{"entropy", "grad_student_entropy", entropy.node},
				{"loss", "grad_student", func(s, targets *G.Node) (*G.Node, error) { return o.loss(&Head{Codes: q}, s, targets) }},
			} {
				g := G.NewGraph()
				x := graph.Input(g, "student", student, v.Crops*v.Images, k)
				loss := fixture.Node(t)(c.node(x, graph.Input(g, "targets", make([]float32, len(student)), v.Crops*v.Images, k)))
				p, grads := fixture.Run(t, g, loss, x)
				golden.Check(t, f, c.loss, p.Value(loss), f.Expected[c.loss])
				golden.Check(t, f, c.grad, p.Value(grads[0]), f.Expected[c.grad])
			}
			golden.Check(t, f, "student_probs", byBlock(o, consistency.p), f.Expected["student_probs"])
		})
	}
}

// byBlock puts probabilities [crops·B,K] into the files' order: crop, block, image, member.
func byBlock(o *carp, p []float32) []float32 {
	var out []float32
	for c := 0; c < len(p); c += o.v.Images * o.k {
		for b := 0; b < len(o.order); b += o.Block {
			for i := range o.v.Images {
				for _, k := range o.order[b:][:o.Block] {
					out = append(out, p[c+i*o.k+k])
				}
			}
		}
	}
	return out
}

// TestPartitions checks that each step has a partition of its own, equal for whoever asks, and that
// the probabilities in each block sum to one and are zero elsewhere.
func TestPartitions(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 12, "carp.block": 5})
	v := Views{Images: 2, Global: 1, Crops: 2}
	a, b := newCARP(cfg, v), newCARP(cfg, v)
	scores := make([]float32, 2*a.k)
	for i := range scores {
		scores[i] = float32(i%7) / 3
	}
	q := make([]float32, len(scores))
	a.codes(q, CodeInput{Scores: scores, Step: 3})
	b.codes(q, CodeInput{Scores: scores, Step: 3})
	if !slices.Equal(a.order, b.order) {
		t.Error("one step has two partitions")
	}
	b.codes(q, CodeInput{Scores: scores, Step: 4})
	if slices.Equal(a.order, b.order) {
		t.Error("two steps share a partition")
	}
	if len(a.order) != 10 {
		t.Errorf("blocks of 5 hold %d of 12 prototypes", len(a.order))
	}
	a.probabilities(nil, q, scores, 1, nil)
	for r := range 2 {
		var sum float32
		for _, p := range q[r*a.k:][:a.k] {
			sum += p
		}
		if sum < 1.999 || sum > 2.001 {
			t.Errorf("two blocks sum to %g", sum)
		}
	}
	for k := range a.k {
		if inside := slices.Contains(a.order, k); inside != (q[k] > 0) {
			t.Errorf("prototype %d: probability %g, in a block: %v", k, q[k], inside)
		}
	}
}

// TestCARPClamp has a pair of views that contradict each other beyond the bound of the inner
// product: the loss is flat there.
func TestCARPClamp(t *testing.T) {
	for gap, flat := range map[float32]bool{15: false, 17: true} {
		v := Views{Images: 1, Global: 2, Crops: 2}
		o := newCARP(part.Config{Settings: with(map[string]any{"prototypes.count": 2, "carp.block": 2})}, v)
		o.split([]int{1, 0})
		q := make([]float32, 4)
		o.probabilities(nil, q, []float32{0, 40, 0, 40}, 1, nil)
		l, g := newCARPLoss(o, q, 1, 0), G.NewGraph()
		x := graph.Input(g, "student", []float32{gap, 0, gap, 0}, 2, 2)
		loss := fixture.Node(t)(l.node(x, graph.Input(g, "targets", make([]float32, 4), 2, 2)))
		p, grads := fixture.Run(t, g, loss, x)
		if grad := p.Value(grads[0])[0]; (grad == 0) != flat {
			t.Errorf("scores %g apart: gradient %g", gap, grad)
		}
	}
}
