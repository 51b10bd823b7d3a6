package methods

import (
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
)

func TestGoldenSelfLabels(t *testing.T) {
	t.Run("sela_labels", func(t *testing.T) {
		f := golden.Load(t, "sela_labels")
		for _, name := range []string{"cifar", "imagenet"} {
			s := golden.Shape(f.Inputs[name])
			logits := golden.Float32s(f.Inputs[name])
			l := newSelfLabels(nil, logits, s[1], num(t, f.Params, name, "lambda"))
			l.solve(nil, num(t, f.Params, name, "threshold"))
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

// TestSelfLabelsDoNotDependOnThreads has more images than one task takes, and a prototype that all find impossible.
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

// TestSeLaStarts checks the first labels: before training random and as many of each, then those of the initial network's
// predictions for all images but the last few, which no whole batch has.
func TestSeLaStarts(t *testing.T) {
	cfg := testConfig(t, "sela")
	cfg.Images = 70
	cfg.Settings.MustSet("sela.heads", 2)
	o := newSeLa(cfg, views{images: cfg.Train.Batch, global: 2, crops: 2}, cfg.Encoder.Dim)
	random := slices.Clone(o.label)
	for h := range 2 {
		counts := make([]int, 12)
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
	tr := start(t, cfg)
	o = tr.host.objective.(*sela)
	for h, l := range tr.host.learners {
		z := o.bank.value[:64*cfg.Encoder.Dim]
		logits := make([]float32, 64*12)
		kernel.InnerProducts(nil, logits, z, l.vectors().value, 64, cfg.Encoder.Dim, 12)
		want := newSelfLabels(nil, logits, 12, 10)
		want.solve(nil, 0.01)
		for i, k := range want.labels(nil) {
			if o.labels(h)[i] != float64(k) {
				t.Errorf("head %d, image %d: label %g, want %d", h, i, o.labels(h)[i], k)
			}
		}
		if !slices.Equal(o.labels(h)[64:], random[h*70+64:][:6]) {
			t.Errorf("head %d: images that no batch has shown got new labels", h)
		}
	}
}

// TestSeLaLabels checks that labels hold for an epoch, are those of the step's images, and change then.
func TestSeLaLabels(t *testing.T) {
	cfg := testConfig(t, "sela")
	cfg.Settings.MustSet("sela.heads", 1)
	tr, next := start(t, cfg), batches(cfg)
	o := tr.host.objective.(*sela)
	first := slices.Clone(o.label)
	for step := range cfg.StepsPerEpoch {
		steps(t, tr, next, 1)
		q := tr.host.head.Codes
		for row := range 2 * cfg.Train.Batch {
			if want := first[cfg.Indices(step)[row%cfg.Train.Batch]]; q[row*12+int(want)] != 1 {
				t.Errorf("step %d: row %d is not labelled %g", step, row, want)
			}
		}
	}
	if !slices.Equal(first, o.label) {
		t.Error("labels changed within the epoch")
	}
	if s := steps(t, tr, next, 1)[0]; slices.Equal(first, o.label) || s.Values["sela.relabelled"] <= 0 || s.Values["sela.error"] > 0.01 {
		t.Errorf("after an epoch %g of the labels are new, error %g", s.Values["sela.relabelled"], s.Values["sela.error"])
	}
}

// TestClassifierScores checks that the scores that metrics see have the length of the rows and the bias.
func TestClassifierScores(t *testing.T) {
	cfg := testConfig(t, "sela")
	cfg.Settings.MustSet("sela.heads", 3)
	cfg.Train.Teacher, cfg.Train.TeacherEnd, cfg.Train.LR = 0, 0, 0.1
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 4)
	o, p, d := tr.host.objective.(*sela), tr.host.learners[0].vectors(), cfg.Encoder.Dim
	z := make([]float32, d)
	z[0], z[d-1] = 2, -1
	got := tr.Learned()[0].Scores(z)
	for k := range p.k {
		row := p.value[k*d:][:d]
		if want := kernel.Dot(row, z) + o.bias.Value[k]; !near(got[k:k+1], []float32{want}) {
			t.Errorf("score of prototype %d: %g, want %g", k, got[k], want)
		}
	}
	if unit(p.value, d) > 1 {
		t.Error("the rows' length is not free")
	}
}

// TestSeLaHeads checks that each classifier has labels, a bias and a teacher's bias of its own, and that its labels are made with them.
func TestSeLaHeads(t *testing.T) {
	const heads, k = 3, 12
	cfg := testConfig(t, "sela")
	cfg.Train.Teacher, cfg.Train.TeacherEnd, cfg.Train.LR = 0, 0, 0.1
	cfg.Settings.MustSet("sela.heads", heads)
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, 6)
	o, q := tr.host.objective.(*sela), tr.host.head.Codes
	for row := range 2 * cfg.Train.Batch {
		i := cfg.Indices(5)[row%cfg.Train.Batch]
		for h := range heads {
			if q[(row*heads+h)*k+int(o.labels(h)[i])] != 1 {
				t.Errorf("row %d is not labelled %g by head %d", row, o.labels(h)[i], h)
			}
		}
	}
	for i, b := range o.bias.Value {
		if o.teacher[i] != -b {
			t.Errorf("head %d: a teacher without memory has the bias %g, the student %g", i/k, -o.teacher[i], b)
		}
	}
	for h, l := range tr.host.learners {
		o.bias.Value[h*k+h] += 100 // balancing takes a label's bias out again
		l.(*classifier).label(nil)
		images, z := o.bank.gather()
		logits := make([]float32, len(images)*k)
		kernel.InnerProducts(nil, logits, z, l.vectors().value, len(images), cfg.Encoder.Dim, k)
		for i := range logits {
			logits[i] += o.bias.Value[h*k+i%k]
		}
		want := newSelfLabels(nil, logits, k, 10)
		want.solve(nil, 0.01)
		for row, label := range want.labels(nil) {
			if o.labels(h)[images[row]] != float64(label) {
				t.Fatalf("head %d, image %d: label %g, want %d", h, images[row], o.labels(h)[images[row]], label)
			}
		}
	}
}
