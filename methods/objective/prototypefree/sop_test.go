package prototypefree

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

var sopSmall = map[string]any{"sop.memory": 30, "sop.anchors": 4, "sop.supports": 3, "sop.tasks": 2, "sop.smoothing": 0.15, "sop.teacher_temperature": 0.2, "loss.temperature": 0.3}

const sopStep = 5

// sopRun is the objective's own loss, with its head and the gradient, of unit embeddings.
func sopRun(t *testing.T, v objective.Views, d int, student, teacher []float32) (loss float64, grad []float32, o *sop) {
	t.Helper()
	cfg := small(sopSmall)
	o = newSOP(cfg, v)
	o.Own(cfg, nil, d)
	h := objective.NewHead(o, objective.Traits{Targets: part.Teacher, Free: true}, v, 0, 0.3, false)
	h.Take(objective.CodeInput{Step: sopStep, Z: teacher})
	g := G.NewGraph()
	z := graph.Input(g, "z", student, v.Crops*v.Images, d)
	n, err := h.Build(z, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, n, z)
	return float64(p.Value(n)[0]), slices.Clone(p.Value(grads[0])), o
}

// sopFormula is the loss as the official code has it, in float64: anchors and the rest of the
// memory, the rest's nearest to each anchor, a matrix of labels, and the cross-entropy of the
// softmaxes' products with it.
func sopFormula(o *sop, d int, student, teacher []float32) float64 {
	var total float64
	for task := range o.Tasks {
		order := stream.New(o.seed, "partition", sopStep, uint64(task)).Perm(o.Memory)
		anchors, rest := order[:o.Anchors], slices.Clone(order[o.Anchors:])
		entry := func(k int) []float32 { return o.past.Value[k*d:][:d] }
		var entries []int
		var labels [][]float64
		label := func(a int, own float64) {
			row := slices.Repeat([]float64{(1 - own) / float64(o.Anchors-1)}, o.Anchors)
			row[a] = own
			labels = append(labels, row)
		}
		for a, anchor := range anchors {
			slices.SortFunc(rest, func(k, l int) int {
				return cmp.Compare(inner64(entry(l), entry(anchor)), inner64(entry(k), entry(anchor)))
			})
			for _, k := range rest[:o.Supports] {
				entries = append(entries, k)
				label(a, inner64(entry(k), entry(anchor)))
			}
			entries = append(entries, anchor)
			label(a, 1-o.Smoothing)
		}
		probabilities := func(z []float32, temperature float64) []float64 {
			p, sum := make([]float64, o.Anchors), 0.0
			for j, k := range entries {
				e := math.Exp(inner64(z, entry(k)) / temperature)
				sum += e
				for a, l := range labels[j] {
					p[a] += e * l
				}
			}
			for a := range p {
				p[a] /= sum
			}
			return p
		}
		for s := range o.v.Crops {
			for g := range o.v.Global {
				for i := range o.v.Images {
					if s == g {
						continue
					}
					q := probabilities(teacher[(g*o.v.Images+i)*d:][:d], o.TeacherTemperature)
					for a, p := range probabilities(student[(s*o.v.Images+i)*d:][:d], o.temperature) {
						total -= q[a] * math.Log(p) / float64(o.v.Pairs()*o.v.Images*o.Tasks)
					}
				}
			}
		}
	}
	return total
}

func inner64(a, b []float32) (s float64) {
	for i, x := range a {
		s += float64(x) * float64(b[i])
	}
	return s
}

// TestSOPIsItsFormula: loss and gradient are those of the formula, with local crops.
func TestSOPIsItsFormula(t *testing.T) {
	v, d := objective.Views{Images: 3, Global: 2, Crops: 3}, 6
	student, teacher := fixture.RandomUnit(3, v.Crops*v.Images, d), fixture.RandomUnit(4, v.Global*v.Images, d)
	loss, grad, o := sopRun(t, v, d, student, teacher)
	if want := sopFormula(o, d, student, teacher); !(math.Abs(loss-want) <= 1e-5*want) {
		t.Fatalf("loss %g, want %g", loss, want)
	}
	const h = 1e-3
	for i := range student {
		at := func(by float32) float64 {
			z := slices.Clone(student)
			z[i] += by
			return sopFormula(o, d, z, teacher)
		}
		if want := (at(h) - at(-h)) / (2 * h); !(math.Abs(float64(grad[i])-want) <= 1e-3*math.Abs(want)+2e-5) {
			t.Errorf("number %d: gradient %g, difference %g", i, grad[i], want)
		}
	}
}

// TestSOPScales with the gradient from above and with the loss's scale.
func TestSOPScales(t *testing.T) {
	v, d := objective.Views{Images: 2, Global: 2, Crops: 2}, 6
	cfg := small(sopSmall)
	student, teacher := fixture.RandomUnit(3, 4, d), fixture.RandomUnit(4, 4, d)
	var grads [2][]float32
	for i, by := range []float32{1, 3} {
		o := newSOP(cfg, v)
		o.Own(cfg, nil, d)
		h := objective.NewHead(o, objective.Traits{Targets: part.Teacher, Free: true}, v, 0, 0.3, false)
		h.Scale = by
		h.Take(objective.CodeInput{Step: sopStep, Z: teacher})
		g := G.NewGraph()
		z := graph.Input(g, "z", student, 4, d)
		loss := fixture.Node(t)(graph.Sum([]float32{by}, fixture.Node(t)(h.Build(z, nil, nil))))
		p, gs := fixture.Run(t, g, loss, z)
		grads[i] = slices.Clone(p.Value(gs[0]))
	}
	for i, g := range grads[0] {
		if !(math.Abs(float64(grads[1][i]-9*g)) <= 1e-5) || g == 0 {
			t.Errorf("number %d: %g, or %g at three times three", i, g, grads[1][i])
		}
	}
}

// TestSOPSurroundsAnchors: supports are the nearest entries that are no anchors, nearest first, and
// one that looks away counts for its anchor with nothing.
func TestSOPSurroundsAnchors(t *testing.T) {
	o := &sop{SOP: SOP{Memory: 6, Anchors: 2, Supports: 3, Tasks: 1, Smoothing: 0.2}, v: objective.Views{Images: 1, Global: 2, Crops: 2}}
	o.past = learner.NewPast(6, 2)
	copy(o.past.Value, []float32{1, 0, 0.8, 0.6, -1, 0, 0, 1, 0.6, 0.8, 0.8, 0.6})
	k := newSOPTasks(o, 2)
	taken := []bool{true, false, false, true, false, false}
	copy(k.near, []float32{1, 0.8, -1, 0, 0.6, 0.8, 0, 0.6, 0, 1, 0.8, 0.6})
	k.surround(0, 0, 0, taken)
	k.surround(0, 1, 3, taken)
	if want := []float64{0.8, 0.8, 0.6, 0.8, 0.8, 0.6, 0.6, 0.8}; !nearly(k.own[0], want) {
		t.Errorf("entries count %v, want %v", k.own[0], want)
	}
	if want := []float32{0.8, 0.6, 0.8, 0.6, 0.6, 0.8, 1, 0, 0.6, 0.8, 0.8, 0.6, 0.8, 0.6, 0, 1}; !slices.Equal(k.entries[0], want) {
		t.Errorf("entries %v, want %v", k.entries[0], want)
	}
	o.Supports = 4
	k = newSOPTasks(o, 2)
	copy(k.near, []float32{1, 0.8, -1, 0, 0.6, 0.8})
	k.surround(0, 0, 0, taken)
	if got := k.own[0][3]; got != 0 {
		t.Errorf("an entry at cosine -1 counts %g", got)
	}
}

func nearly(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-6 })
}

// TestSOPOnTeams: anchors and rows are shared between threads, and the bits are those of one.
func TestSOPOnTeams(t *testing.T) {
	v, d := objective.Views{Images: 20, Global: 2, Crops: 3}, 6
	student, teacher := fixture.RandomUnit(3, v.Crops*v.Images, d), fixture.RandomUnit(4, v.Global*v.Images, d)
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		cfg := small(sopSmall)
		o := newSOP(cfg, v)
		o.Own(cfg, nil, d)
		k := newSOPTasks(o, d)
		k.draw(team, 1)
		out := make([]float32, len(student)+1)
		out[len(student)] = float32(k.loss(team, student, teacher))
		k.gradient(team, out[:len(student)], 1)
		return out
	})
}

// TestSOPRemembers the last global crop's teacher embeddings of a step, over the oldest, and its
// state says so.
func TestSOPRemembers(t *testing.T) {
	cfg := small(map[string]any{"sop.memory": 3, "sop.anchors": 2, "sop.supports": 0})
	o := newSOP(cfg, objective.Views{Images: 2, Global: 2, Crops: 2})
	m := o.Own(cfg, nil, 1)[0]
	for _, z := range [][]float32{{-1, -1, 1, 2}, {-1, -1, 3, 4}} {
		s := &learner.Step{Found: learner.NewFound()}
		s.Z[part.Teacher] = z
		m.After(s)
	}
	if past, next := fixture.Entry(t, m, "past").F32, fixture.Entry(t, m, "next").F64[0]; !slices.Equal(past, []float32{4, 2, 3}) || next != 1 {
		t.Errorf("memory %v, next row %g", past, next)
	}
	if p := m.Vectors(); p.K != 0 || p.D != 1 || m.Params() != nil {
		t.Errorf("%d prototypes", p.K)
	}
}

// TestSOPIsItsPapers compares defaults and faithful form with the official code.
func TestSOPIsItsPapers(t *testing.T) {
	d := DeclareSOP()
	if d.Preset == "" || !d.Owns() {
		t.Fatalf("preset %q, owner %v", d.Preset, d.Owns())
	}
	got := d.Faithful(part.Train{Batch: 512, Epochs: 60})
	for key, want := range map[string]any{
		"encoder.projector": "gelu", "encoder.hidden": 2048, "encoder.dim": 256, // iBOTHead: three layers, GELU, bottleneck_dim 256
		"train.optimizer": "adamw", "train.lr": 1e-3, "train.final_lr": 1e-6, "train.warmup": 0.1, // lr 0.0005 · batch / 256, min_lr, warmup_epochs 10 of 100
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 3.0, // weight_decay, weight_decay_end 0.4, clip_grad
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0, // momentum_teacher, cosine to 1
		"loss.temperature": 0.1, "sop.teacher_temperature": 0.04, "sop.smoothing": 0.1, // student_temp, teacher_temp, smoothing
		"sop.anchors": 32, "sop.supports": 8, "sop.tasks": 4, // half of class_partition_size 64, num_class_experts 9 less the anchor, num_class_tasks
	} {
		if got[key] != want {
			t.Errorf("%s is %v, the paper has %v", key, got[key], want)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("of the official settings nothing is known of %v", got)
	}
	s := small(nil).Settings
	for key, want := range map[string]any{"sop.anchors": 32, "sop.supports": 8, "sop.tasks": 4, "sop.smoothing": 0.1, "sop.teacher_temperature": 0.04} {
		if s.Get(key) != want {
			t.Errorf("%s is %v by default, want %v", key, s.Get(key), want)
		}
	}
}

// TestSOPChecksItsMemory refuses tasks that the memory has too few entries for.
func TestSOPChecksItsMemory(t *testing.T) {
	d := DeclareSOP()
	for memory, refused := range map[int]bool{39: true, 40: false} {
		errs := d.Check(small(map[string]any{"sop.memory": memory, "sop.anchors": 32, "sop.supports": 8}))
		if (len(errs) > 0) != refused || refused && errs[0].Key != "sop.anchors" {
			t.Errorf("a memory of %d: %v", memory, errs)
		}
	}
}
