package clustering

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenCARP(t *testing.T) {
	for _, name := range []string{"carp_loss", "carp_loss_remainder", "carp_loss_saturated"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["student_logits"])
			v := objective.Views{Images: s[1], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: s[0]}
			k, student, teacher := s[2], golden.Float32s(f.Inputs["student_logits"]), golden.Float32s(f.Inputs["teacher_logits"])
			cfg := part.Config{Settings: small(map[string]any{
				"prototypes.count": k, "carp.block": int(fixture.Num(t, f.Params, "partition_size")), "carp.entropy_weight": fixture.Num(t, f.Params, "entropy_weight"),
			}).Settings}
			o := newCARP(cfg, v)
			o.Split(golden.Ints(f.Inputs["permutation"]))
			q := make([]float32, len(teacher))
			o.Probabilities(nil, q, teacher, 1, nil)
			golden.Check(t, f, "teacher_probs", fixture.ByBlock(q, v.Images, o.K, o.Order, o.Size), f.Expected["teacher_probs"])
			consistency, entropy := newCARPLoss(o, q, 1, 0), newCARPLoss(o, q, 0, 1)
			for _, c := range []struct {
				loss, grad string
				node       func(s, targets *G.Node) (*G.Node, error)
			}{
				{"consistency", "grad_student_consistency", consistency.node},
				{"entropy", "grad_student_entropy", entropy.node},
				{"loss", "grad_student", func(s, targets *G.Node) (*G.Node, error) { return o.Loss(&objective.Head{Codes: q}, s, targets) }},
			} {
				g := G.NewGraph()
				x := graph.Input(g, "student", student, v.Crops*v.Images, k)
				loss := fixture.Node(t)(c.node(x, graph.Input(g, "targets", make([]float32, len(student)), v.Crops*v.Images, k)))
				p, grads := fixture.Run(t, g, loss, x)
				golden.Check(t, f, c.loss, p.Value(loss), f.Expected[c.loss])
				golden.Check(t, f, c.grad, p.Value(grads[0]), f.Expected[c.grad])
			}
			golden.Check(t, f, "student_probs", fixture.ByBlock(consistency.p, v.Images, o.K, o.Order, o.Size), f.Expected["student_probs"])
		})
	}
}

// TestPartitions checks that each step has a partition of its own, equal for whoever asks, and that
// the probabilities in each block sum to one and are zero elsewhere.
func TestPartitions(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 12, "carp.block": 5})
	v := objective.Views{Images: 2, Global: 1, Crops: 2}
	a, b := newCARP(cfg, v), newCARP(cfg, v)
	scores := make([]float32, 2*a.K)
	for i := range scores {
		scores[i] = float32(i%7) / 3
	}
	q := make([]float32, len(scores))
	a.Codes(q, objective.CodeInput{Scores: scores, Step: 3})
	b.Codes(q, objective.CodeInput{Scores: scores, Step: 3})
	if !slices.Equal(a.Order, b.Order) {
		t.Error("one step has two partitions")
	}
	b.Codes(q, objective.CodeInput{Scores: scores, Step: 4})
	if slices.Equal(a.Order, b.Order) {
		t.Error("two steps share a partition")
	}
	if len(a.Order) != 10 {
		t.Errorf("blocks of 5 hold %d of 12 prototypes", len(a.Order))
	}
	a.Probabilities(nil, q, scores, 1, nil)
	for r := range 2 {
		var sum float32
		for _, p := range q[r*a.K:][:a.K] {
			sum += p
		}
		if sum < 1.999 || sum > 2.001 {
			t.Errorf("two blocks sum to %g", sum)
		}
	}
	for k := range a.K {
		if inside := slices.Contains(a.Order, k); inside != (q[k] > 0) {
			t.Errorf("prototype %d: probability %g, in a block: %v", k, q[k], inside)
		}
	}
}

// TestCARPClamp has a pair of views that contradict each other beyond the bound of the inner
// product: the loss is flat there.
func TestCARPClamp(t *testing.T) {
	for gap, flat := range map[float32]bool{15: false, 17: true} {
		v := objective.Views{Images: 1, Global: 2, Crops: 2}
		o := newCARP(part.Config{Settings: small(map[string]any{"prototypes.count": 2, "carp.block": 2}).Settings}, v)
		o.Split([]int{1, 0})
		q := make([]float32, 4)
		o.Probabilities(nil, q, []float32{0, 40, 0, 40}, 1, nil)
		l, g := newCARPLoss(o, q, 1, 0), G.NewGraph()
		x := graph.Input(g, "student", []float32{gap, 0, gap, 0}, 2, 2)
		loss := fixture.Node(t)(l.node(x, graph.Input(g, "targets", make([]float32, 4), 2, 2)))
		p, grads := fixture.Run(t, g, loss, x)
		if grad := p.Value(grads[0])[0]; (grad == 0) != flat {
			t.Errorf("scores %g apart: gradient %g", gap, grad)
		}
	}
}

// TestCARPOnTeams: sums over many rows, prototypes and blocks are the same for any number of
// threads, and the entropy term is that of its formula.
func TestCARPOnTeams(t *testing.T) {
	const b, k, block = 40, 330, 100
	v := objective.Views{Images: b, Global: 2, Crops: 3}
	student, teacher := fixture.Uniform(3*b*k, "student"), fixture.Uniform(2*b*k, "teacher")
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		o := newCARP(small(map[string]any{"prototypes.count": k, "carp.block": block}), v)
		q := make([]float32, len(teacher))
		o.Codes(q, objective.CodeInput{Scores: teacher, Step: 2, Team: team})
		l := newCARPLoss(o, q, 0, 1)
		g := G.NewGraph()
		x := graph.Input(g, "s", student, 3*b, k)
		loss := fixture.Node(t)(l.node(x, graph.Input(g, "q", make([]float32, 3*b*k), 3*b, k)))
		grads, err := graph.Gradients(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, append(G.Nodes{loss}, grads...)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(team); err != nil {
			t.Fatal(err)
		}
		var want float64
		for at := 0; at < 3*block; at += block {
			members := o.Order[at:][:block]
			mean := make([]float64, block)
			for _, rows := range [][]float32{student, teacher} {
				for lo := 0; lo < len(rows); lo += k {
					var sum float64
					for _, m := range members {
						sum += math.Exp(float64(rows[lo+m]))
					}
					for i, m := range members {
						mean[i] += math.Exp(float64(rows[lo+m])) / sum / (5 * b)
					}
				}
			}
			want += math.Log(block) / 3
			for _, m := range mean {
				want += m * math.Log(m) / 3
			}
		}
		if got := float64(p.Value(loss)[0]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("entropy term %g, want %g", got, want)
		}
		return append(slices.Clone(p.Value(grads[0])), p.Value(loss)[0])
	})
}

// Images are assigned by the teacher's softmax over all prototypes, whatever the step's blocks.
func TestCARPAssignsByAllPrototypes(t *testing.T) {
	const n, k = 5, 4
	o := newCARP(small(map[string]any{"prototypes.count": k, "carp.block": 2}), objective.Views{Images: 1, Global: 2, Crops: 2})
	scores, got := fixture.Uniform(n*k, "scores"), make([]float32, n*k)
	if !o.Assign(got, objective.CodeInput{Scores: scores}) || !fixture.Near(got, fixture.SoftmaxOf(scores, nil, k, 1)) {
		t.Errorf("targets %v", got)
	}
}
