package methods

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// severalHeadsConfig is a small run of three heads.
func severalHeadsConfig(t *testing.T, preset string, heads int) part.Config {
	cfg := testConfig(t, preset)
	cfg.Settings.MustSet("deepcluster.heads", heads)
	cfg.Settings.MustSet("sela.heads", heads)
	return cfg
}

// TestHeadsStart checks that the first head starts as an arm of one head does, and the others
// elsewhere, whatever prototypes start from.
func TestHeadsStart(t *testing.T) {
	for _, preset := range []string{"deepcluster-v2", "sela"} {
		for _, init := range []string{"random", "data", "kmeans++"} {
			one, three := severalHeadsConfig(t, preset, 1), severalHeadsConfig(t, preset, 3)
			one.Settings.MustSet("prototypes.init", init)
			three.Settings.MustSet("prototypes.init", init)
			a, b := start(t, one), start(t, three)
			if la, lb := a.Learned()[0], b.Learned()[0]; la.K != lb.K || !slices.Equal(la.Initial, lb.Initial) {
				t.Errorf("%s from %s: the first of three heads starts elsewhere than one head", preset, init)
			}
			heads := b.host.learners
			for h := 1; h < 3; h++ {
				if slices.Equal(heads[h-1].Vectors().Initial, heads[h].Vectors().Initial) {
					t.Errorf("%s from %s: heads %d and %d start alike", preset, init, h-1, h)
				}
			}
		}
	}
}

// TestPools checks what is pooled of the batches before the first step: as many as prototypes start
// from, and second views for further heads' banks alone.
func TestPools(t *testing.T) {
	for _, c := range []struct {
		preset, learner, init string
		heads                 int
		first, second         int // batches
	}{
		{"swav", "joint", "random", 1, 0, 0},
		{"swav", "joint", "data", 1, 1, 0},
		{"swav", "joint", "kmeans++", 1, warmUp, 0},
		{"deepcluster-v2", "epoch-kmeans", "random", 1, warmUp, 0},
		{"deepcluster-v2", "epoch-kmeans", "random", 2, warmUp, warmUp},
		{"deepcluster-v2", "gmm until 1, epoch-kmeans", "random", 2, warmUp, warmUp},
		{"deepcluster-v2", "kmeans", "data", 2, 1, 0},
	} {
		cfg := severalHeadsConfig(t, c.preset, c.heads)
		cfg.Composition.Learner = c.learner
		cfg.Settings.MustSet("prototypes.init", c.init)
		tr, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		pools, err := tr.fillStatistics(batches(cfg), 1)
		if err != nil {
			t.Fatal(err)
		}
		size := cfg.Train.Batch * cfg.Encoder.Dim
		if len(pools[0]) != c.first*size || len(pools[1]) != c.second*size {
			t.Errorf("%s from %s, %d heads: %d and %d batches, want %d and %d", c.learner, c.init, c.heads, len(pools[0])/size, len(pools[1])/size, c.first, c.second)
		}
	}
}

// TestHeadsLoss takes a step's loss of three heads apart: it is the mean of the losses that each
// would have alone, and each label is the nearest prototype of its own head.
func TestHeadsLoss(t *testing.T) {
	const k = 12
	cfg := severalHeadsConfig(t, "deepcluster-v2", 3)
	tr, next := start(t, cfg), batches(cfg)
	loss := steps(t, tr, next, 3)[2].Loss
	s, q := tr.student.Value(tr.host.head.S), tr.host.head.Codes
	rows, scored := 2*cfg.Train.Batch, tr.host.head.Input.Scores
	var want float64
	for r := range rows {
		other := (r + cfg.Train.Batch) % rows
		for h := range 3 {
			at := other*3*k + h*k
			label := kernel.Argmax(scored[at:][:k])
			if q[at+label] != 1 || kernel.Sum(q[at:][:k]) != 1 {
				t.Fatalf("row %d, head %d: code %v, want a one at %d", other, h, q[at:][:k], label)
			}
			row := make([]float32, k)
			for j := range row {
				row[j] = s[r*3*k+h*k+j] / float32(cfg.Settings.Float("loss.temperature"))
			}
			want += float64(kernel.LogSumExp(row)-row[label]) / float64(3*rows)
		}
	}
	if !(math.Abs(loss-want) <= 1e-5) {
		t.Errorf("loss %g, the heads' mean is %g", loss, want)
	}
}

// TestHeadsLearnApart checks what each head's prototypes are made of: the bank of one view, the
// second one for every other head, and scores by its own prototypes; and that metrics see those of
// the first.
func TestHeadsLearnApart(t *testing.T) {
	cfg := severalHeadsConfig(t, "deepcluster-v2", 3)
	tr, next := start(t, cfg), batches(cfg)
	if h := tr.host.learners; slices.Equal(fixture.Entry(t, h[0], "past").F32, fixture.Entry(t, h[1], "past").F32) {
		t.Error("both views' heads start with one bank")
	}
	steps(t, tr, next, 5) // one behind the second clustering
	d, n := cfg.Encoder.Dim, cfg.Train.Batch*cfg.Encoder.Dim
	var rings [][]float32
	for h, l := range tr.host.learners {
		ring, next := fixture.Entry(t, l, "past").F32, int(fixture.Entry(t, l, "next").F64[0])
		newest := ring[(next*d+len(ring)-n)%len(ring):][:n]
		if !slices.Equal(newest, tr.z[part.Teacher][h%2*n:][:n]) {
			t.Errorf("head %d banks other embeddings than those of view %d", h, h%2)
		}
		rings = append(rings, ring)
	}
	if !slices.Equal(rings[0], rings[2]) || slices.Equal(rings[0], rings[1]) {
		t.Error("the first and the third head have one view, the second the other")
	}
	if l := tr.host.learners; slices.Equal(l[0].Vectors().Value, l[2].Vectors().Value) {
		t.Error("two heads of one view have the same clusters")
	}
	learned := tr.Learned()[0]
	z := tr.z[part.Teacher][:d]
	got := learned.Scores(z)
	if len(got) != 12 || len(learned.Current[part.Teacher]) != 12*d {
		t.Fatalf("metrics see %d scores of %d prototypes", len(got), len(learned.Current[part.Teacher])/d)
	}
	for k, s := range got {
		if want := kernel.Dot(tr.host.learners[0].Vectors().Effective[part.Teacher][k*d:][:d], z); !(math.Abs(float64(s-want)) <= 1e-5) {
			t.Errorf("score %d: %g, want the first head's %g", k, s, want)
		}
	}
}

// TestHeadsGradient has every head's prototypes follow the loss.
func TestHeadsGradient(t *testing.T) {
	for _, by := range []string{"prototypes", "encoder"} {
		cfg := severalHeadsConfig(t, "deepcluster-v2", 3)
		cfg.Composition.Learner = "joint"
		cfg.Settings.MustSet("prototypes.init", "data")
		checkGradient(t, start(t, cfg), batches(cfg)(), by)
	}
	cfg := severalHeadsConfig(t, "deepcluster-v2", 3)
	cfg.Composition.Learner, cfg.Composition.Observers = "joint", []string{"gmm", "joint"}
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, 3)
	for _, a := range []*arm{tr.host, tr.observers[1]} {
		if h := a.learners; slices.Equal(h[0].Params()[0].Grad, h[1].Params()[0].Grad) {
			t.Errorf("learner %q: two heads follow one gradient", a.name)
		}
	}
	for _, a := range append(tr.observers, tr.host) {
		for h, l := range a.learners {
			if p := l.Vectors(); p.Path() == 0 || slices.Equal(p.Initial, p.Effective[part.Student]) {
				t.Errorf("learner %q: head %d did not move", a.name, h)
			}
		}
	}
}

// TestHeadsReseed checks that each head counts its own use, and that events tell the heads apart.
func TestHeadsReseed(t *testing.T) {
	cfg := severalHeadsConfig(t, "deepcluster-v2", 2)
	cfg.Composition.Learner = "kmeans"
	cfg.Settings.MustSet("prototypes.reseed", true)
	cfg.Settings.MustSet("prototypes.reseed_below", 0.5)
	tr, next := start(t, cfg), batches(cfg)
	moved := map[int]float64{}
	for range 8 {
		for _, s := range steps(t, tr, next, 1) {
			for _, e := range s.Events {
				moved[e.Prototype/12]++
			}
		}
	}
	for h, l := range tr.host.learners {
		if n := l.Vectors().Reseeds(); n == 0 || moved[h] != float64(n) {
			t.Errorf("head %d was re-seeded %d times, events say %g", h, n, moved[h])
		}
	}
	if n := tr.Learned()[0].Reseeds; float64(n) != moved[0] {
		t.Errorf("metrics see %d of the first head's %g events", n, moved[0])
	}
}

// TestHeadsHandOver: a schedule of several heads hands over once, and each head's learner is the
// next one then.
func TestHeadsHandOver(t *testing.T) {
	cfg := severalHeadsConfig(t, "deepcluster-v2", 3)
	cfg.Composition.Learner = "gmm until 1, kmeans"
	tr, next := start(t, cfg), batches(cfg)
	var events []StepEvent
	for _, s := range steps(t, tr, next, 6) {
		events = append(events, s.Events...)
	}
	if want := []StepEvent{{Step: cfg.StepsPerEpoch, Event: learner.Event{Kind: "handover", Prototype: -1}}}; !slices.Equal(events, want) {
		t.Errorf("events %v, want %v", events, want)
	}
	for h, l := range tr.host.learners {
		if phase := fixture.Entry(t, l, "phase").F64[0]; phase != 1 {
			t.Errorf("head %d is still in phase %g", h, phase)
		}
	}
}

// TestHeadsAndRegularizers: what acts on one set of prototypes is refused where there are several.
func TestHeadsAndRegularizers(t *testing.T) {
	for _, r := range []string{"koleo-prototypes", "me-max", "orthogonality", "repulsion"} {
		for heads, refused := range map[int]bool{1: false, 3: true} {
			cfg := severalHeadsConfig(t, "deepcluster-v2", heads)
			cfg.Composition.Learner, cfg.Composition.Regularizers = "joint", []string{r, "koleo-features"}
			errs := Check(cfg)
			if got := len(errs) == 1 && strings.Contains(errs[0].Error(), "deepcluster.heads") && strings.Contains(errs[0].Error(), r); got != refused {
				t.Errorf("%s with %d heads: %v", r, heads, errs)
			}
		}
	}
}
