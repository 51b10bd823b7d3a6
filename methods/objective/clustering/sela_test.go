package clustering

import (
	"fmt"
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

func TestGoldenSelfLabels(t *testing.T) {
	t.Run("sela_labels", func(t *testing.T) {
		f := golden.Load(t, "sela_labels")
		for _, name := range []string{"cifar", "imagenet"} {
			s := golden.Shape(f.Inputs[name])
			logits := golden.Float32s(f.Inputs[name])
			l := newSelfLabels(nil, logits, s[1], fixture.Num(t, f.Params, name, "lambda"))
			l.solve(nil, fixture.Num(t, f.Params, name, "threshold"))
			want := func(key string) any { return golden.At(t, f.Expected, name, key) }
			golden.Check(t, f, name+" iterations", []float64{float64(l.iterations)}, want("iterations"))
			golden.Check(t, f, name+" error", []float64{l.err}, want("error"))
			labels, counts := l.labels(nil), make([]int, s[1])
			for _, k := range labels {
				counts[k]++
			}
			if !slices.Equal(labels, golden.Ints(want("labels"))) {
				t.Errorf("%s: labels %v, want %v", name, labels, want("labels"))
			}
			if !slices.Equal(counts, golden.Ints(want("counts"))) {
				t.Errorf("%s: counts %v, want %v", name, counts, want("counts"))
			}
			plan, cost := make([]float64, len(logits)), 0.0
			for i := range plan {
				plan[i] = float64(l.n) * l.c[i/l.k] * l.m[i] * l.r[i%l.k]
			}
			golden.Check(t, f, name+" plan", plan, want("plan"))
			for i, k := range labels {
				row := logits[i*l.k:][:l.k]
				cost += float64(kernel.LogSumExp(row)-row[k]) / float64(l.n)
			}
			golden.Check(t, f, name+" cost", []float64{cost}, want("cost"))
		}
	})
}

// TestSelfLabelsDoNotDependOnThreads has more images than one task takes, and a prototype that all
// find impossible.
func TestSelfLabelsDoNotDependOnThreads(t *testing.T) {
	const n, k = 1300, 5
	r, logits := stream.New(1, "logits"), make([]float32, n*k)
	for i := range logits {
		logits[i] = float32(r.NormFloat64())
		if i%k == 3 {
			logits[i] = -1000
		}
	}
	team := team.New(2)
	defer team.Close()
	a, b := newSelfLabels(nil, logits, k, 10), newSelfLabels(nil, logits, k, 10)
	a.solve(nil, 0.01)
	b.solve(team, 0.01)
	if !slices.Equal(a.c, b.c) || !slices.Equal(a.r, b.r) || !slices.Equal(a.labels(nil), b.labels(team)) || a.err != b.err {
		t.Error("two threads give other labels than one")
	}
	counts := make([]int, k)
	for _, l := range a.labels(nil) {
		counts[l]++
	}
	if counts[3] != 0 || !(slices.Min([]int{counts[0], counts[1], counts[2], counts[4]}) > n/5-20) {
		t.Errorf("counts %v: want none at the impossible prototype, and about as many at each of the others", counts)
	}
}

// TestSelfLabelsUnderflow has predictions whose power is too small for any number.
func TestSelfLabelsUnderflow(t *testing.T) {
	l := newSelfLabels(nil, make([]float32, 2*2000), 2000, 100)
	l.solve(nil, 0.01)
	if !(l.err <= 0.01) || !(l.c[0] > 0) {
		t.Errorf("error %g, scale %g", l.err, l.c[0])
	}
}

// TestSeLaStarts checks the first labels: random and balanced ones for images that no batch has
// shown, and for the others those of the initial network.
func TestSeLaStarts(t *testing.T) {
	const k, d, heads = 12, 8, 2
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	cfg.Images = 70
	o := newSeLa(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
	random := slices.Clone(o.label)
	for h := range heads {
		counts := make([]int, k)
		for _, l := range o.labels(h) {
			counts[int(l)]++
		}
		if slices.Max(counts)-slices.Min(counts) > 1 {
			t.Errorf("head %d: labels start at %v", h, counts)
		}
	}
	if slices.Equal(o.labels(0), o.labels(1)) {
		t.Error("both heads have the same random labels")
	}
	for h, l := range started(o, cfg, d) {
		sameLabels(t, o, h, l)
		if !slices.Equal(o.labels(h)[64:], random[h*70+64:][:6]) {
			t.Errorf("head %d: images that no batch has shown got new labels", h)
		}
	}
}

// TestSeLaRelabels checks that each head's labels are made with its own classifier, whose bias
// takes part.
func TestSeLaRelabels(t *testing.T) {
	const k, d, heads = 12, 8, 3
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	o := newSeLa(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
	for h, l := range started(o, cfg, d) {
		o.bias.Value[h*k+h] += 100 // balancing takes a label's bias out again
		l.(*classifier).label(nil)
		sameLabels(t, o, h, l)
	}
}

// started are the learners after an epoch's batches of random embeddings have been seen.
func started(o *sela, c part.Config, d int) []learner.Learner {
	for step := range c.StepsPerEpoch {
		o.Survey(step, fixture.Uniform(2*c.Train.Batch*d, fmt.Sprint("batch ", step)))
	}
	k := c.Settings.Int("prototypes.count")
	learners := o.Own(c, learner.RandomHeads(c.Seed, o.Heads, k, d), d)
	for _, l := range learners {
		l.(learner.Beginner).Begin(nil, nil, nil)
		l.Adopt()
	}
	return learners
}

// sameLabels compares a head's labels with the plan of its classifier's predictions.
func sameLabels(t *testing.T, o *sela, h int, l learner.Learner) {
	t.Helper()
	images, z := o.bank.Gather()
	logits := make([]float32, len(images)*o.k)
	kernel.InnerProducts(nil, logits, z, l.Vectors().Value, len(images), o.d, o.k)
	for i := range logits {
		logits[i] += o.bias.Value[h*o.k+i%o.k]
	}
	want := newSelfLabels(nil, logits, o.k, 10)
	want.solve(nil, 0.01)
	for row, label := range want.labels(nil) {
		if got := o.labels(h)[images[row]]; got != float64(label) {
			t.Fatalf("head %d, image %d: label %g, want %d", h, images[row], got, label)
		}
	}
}

// TestSeLaCodes: each row has a one for each head, at its image's label, the same for both crops.
func TestSeLaCodes(t *testing.T) {
	const b, k, heads = 3, 4, 2
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	cfg.Train.Batch, cfg.Images = b, 7
	o := newSeLa(cfg, objective.Views{Images: b, Global: 2, Crops: 2}, 5)
	if len(o.bias.Value) != heads*k || !slices.Equal(o.bias.Shape, []int{heads * k}) || len(o.teacher) != heads*k || len(o.label) != heads*7 {
		t.Fatalf("%d biases of shape %v, %d of the teacher, %d labels", len(o.bias.Value), o.bias.Shape, len(o.teacher), len(o.label))
	}
	for i := range 7 {
		o.labels(0)[i], o.labels(1)[i] = float64(i%k), float64((2*i+1)%k)
	}
	q := make([]float32, 2*b*heads*k)
	o.Codes(q, objective.CodeInput{Step: 2}) // images 6, 0, 1
	want := [][2]int{{2, 1}, {0, 1}, {1, 3}, {2, 1}, {0, 1}, {1, 3}}
	for row, labels := range want {
		for h, label := range labels {
			for j, v := range q[(row*heads+h)*k:][:k] {
				if (v == 1) != (j == label) || v != 0 && v != 1 {
					t.Errorf("row %d, head %d: %v, want a one at %d", row, h, q[(row*heads+h)*k:][:k], label)
					break
				}
			}
		}
	}
}

// TestSeLaScores: W·z + b of all heads, whose gradients are the products' and the columns' sums.
func TestSeLaScores(t *testing.T) {
	const n, k, d = 3, 4, 2
	cfg := small(map[string]any{"prototypes.count": k / 2, "sela.heads": 2})
	o := newSeLa(cfg, objective.Views{Images: 1, Global: 2, Crops: 3}, d)
	copy(o.bias.Value, []float32{1, 2, 3, 4})
	zs, ws, up := fixture.Uniform(n*d, "z"), fixture.Uniform(k*d, "w"), fixture.Uniform(n*k, "up")
	g := G.NewGraph()
	z, w := graph.Input(g, "z", zs, n, d), graph.Input(g, "w", ws, k, d)
	s, params, err := o.Scores(z, w, true)
	if err != nil {
		t.Fatal(err)
	}
	loss := fixture.Node(t)(fixture.DotNode(s, up))
	grads, err := graph.Gradients(loss, z, params[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(G.Nodes{loss, s}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	scores, dz, db := make([]float32, n*k), make([]float32, n*d), make([]float32, k)
	for i := range n {
		for c := range k {
			scores[i*k+c] = float32(c + 1)
			db[c] += up[i*k+c]
			for j := range d {
				scores[i*k+c] += zs[i*d+j] * ws[c*d+j]
				dz[i*d+j] += up[i*k+c] * ws[c*d+j]
			}
		}
	}
	for name, c := range map[string][2][]float32{"scores": {p.Value(s), scores}, "dz": {p.Value(grads[0]), dz}, "db": {p.Value(grads[1]), db}} {
		if !fixture.Near(c[0], c[1]) {
			t.Errorf("%s: %v, want %v", name, c[0], c[1])
		}
	}
}

// TestSeLaClassifier: labels are found anew every relabel_epochs, and not at the first step; the
// teacher's bias follows at the step's momentum, each head's its own.
func TestSeLaClassifier(t *testing.T) {
	const k, d, heads = 3, 4, 2
	for epochs, want := range map[float64][]int{0.5: {2, 4, 6}, 1: {4}, 0.01: {1, 2, 3, 4, 5, 6, 7}} {
		cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads, "sela.relabel_epochs": epochs})
		o := newSeLa(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		learners := started(o, cfg, d)
		var at []int
		for i := range 8 {
			s := &learner.Step{Index: i, PerEpoch: 4, Found: learner.NewFound()}
			before := slices.Clone(o.labels(1))
			learners[1].Vectors().Value[0] += 3 * float32(i) // so that labels change
			learners[1].Before(s)
			changed, ok := s.Found.Values["sela.relabelled"]
			if !ok {
				continue
			}
			at = append(at, i)
			share := 0.0
			for j, l := range o.labels(1) {
				if l != before[j] {
					share += 1.0 / 64
				}
			}
			if !(math.Abs(share-changed) <= 1e-9) {
				t.Errorf("%g of the labels changed, it says %g", share, changed)
			}
		}
		if !slices.Equal(at, want) {
			t.Errorf("every %g epochs: relabelled at steps %v, want %v", epochs, at, want)
		}
	}
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	o := newSeLa(cfg, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
	learners := started(o, cfg, d)
	for i := range o.bias.Value {
		o.bias.Value[i], o.teacher[i] = float32(i), -float32(10*i+1)
	}
	for _, p := range learners[1].Params() {
		p.Grad = make([]float32, k*d)
	}
	learners[1].After(&learner.Step{Momentum: 0.75, Found: learner.NewFound()})
	for i, v := range o.teacher {
		want := -float32(10*i + 1)
		if i >= k {
			want = 0.75*want - 0.25*float32(i)
		}
		if v != want {
			t.Errorf("the teacher's bias %d is %g, want %g", i, v, want)
		}
	}
}

// TestSelfLabelsOfEqualPredictions: the plan is there at once, and its error is 0.
func TestSelfLabelsOfEqualPredictions(t *testing.T) {
	l := newSelfLabels(nil, make([]float32, 4*2), 2, 10)
	if l.solve(nil, 0.01); l.iterations != 1 || l.err > 1e-12 {
		t.Errorf("%d iterations, error %g", l.iterations, l.err)
	}
}

// TestColumnSums adds all rows, and nothing behind the last.
func TestColumnSums(t *testing.T) {
	sum := make([]float32, 2)
	if columnSums(sum, []float32{1, 2, 3, 4, 5, 6}, make([]float64, 2)); !slices.Equal(sum, []float32{9, 12}) {
		t.Errorf("sums %v", sum)
	}
}

// TestDot64 sums all products, whatever their number.
func TestDot64(t *testing.T) {
	for n := range 10 {
		x, y, want := make([]float64, n), make([]float64, n), 0.0
		for i := range n {
			x[i], y[i] = float64(i+1), float64(2*i-3)
			want += x[i] * y[i]
		}
		if got := dot64(x, y); got != want {
			t.Errorf("%d products sum to %g, want %g", n, got, want)
		}
	}
}
