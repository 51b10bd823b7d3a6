package objective

import (
	"fmt"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
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
	o := newSeLa(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
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
	o := newSeLa(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
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
