package methods

import (
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// start returns a trainer whose prototypes have started, and a source of views that goes on from
// there.
func start(t *testing.T, cfg part.Config) *Trainer {
	t.Helper()
	tr, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Prepare(batches(cfg)); err != nil {
		t.Fatal(err)
	}
	return tr
}

func steps(t *testing.T, tr *Trainer, next func() []float32, n int) []StepResult {
	t.Helper()
	var out []StepResult
	for range n {
		s, err := tr.Step(next())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// variants are all presets with every optimizer, and compositions that reach the other switches.
func variants(t *testing.T) map[string]part.Config {
	out := map[string]part.Config{}
	for _, c := range Components() {
		if c.Axis != "preset" {
			continue
		}
		for _, opt := range []string{"sgd", "adamw", "lars"} {
			cfg := testConfig(t, c.Name)
			cfg.Train.Optimizer = opt
			out[c.Name+" "+opt] = cfg
		}
	}
	q := testConfig(t, "swav")
	q.Settings.MustSet("swav.queue", 24)
	q.Settings.MustSet("swav.targets", "teacher")
	q.Settings.MustSet("prototypes.reseed", true)
	q.Settings.MustSet("prototypes.reseed_below", 0.9)
	q.Settings.MustSet("prototypes.freeze_epochs", 0.5)
	q.Composition.Observers = []string{"gmm", "frozen", "joint"}
	out["swav with queue, teacher targets, re-seeding, observers"] = q
	d := testConfig(t, "dino+gmm")
	d.Settings.MustSet("dino.targets", "sinkhorn")
	d.Settings.MustSet("prototypes.reseed_below", 0.9)
	d.Settings.MustSetAll(map[string]any{
		"gmm.covariance": "diagonal", "gmm.weights": "learned", "gmm.step": "cappe-moulines", "gmm.step_offset": 2, "gmm.forgetting": "uniform",
		"gmm.anneal_start": 0.5, "gmm.anneal_epochs": 2, "gmm.feed": "student", "gmm.order": "after", "gmm.every": 2,
	})
	d.Composition.Observers = []string{"joint"}
	out["dino+gmm with every other switch"] = d
	low := testConfig(t, "swav")
	low.Train.Precision = "bf16"
	out["swav in bf16"] = low
	c := testConfig(t, "carp+gmm")
	c.Composition.Observers = []string{"joint", "frozen"}
	c.Settings.MustSet("prototypes.reseed_below", 0.9)
	out["carp+gmm with observers and re-seeding"] = c
	m := testConfig(t, "msn")
	m.Composition.Embedding = "centred"
	m.Settings.MustSet("msn.sinkhorn", false)
	m.Settings.MustSet("msn.entropy_weight", 0.5)
	m.Settings.MustSet("msn.me_max_weight", 0)
	out["msn with every other switch"] = m
	for learner, objective := range map[string]string{
		"kmeans": "dino+frozen", "ema": "carp+frozen", "hyperspherical": "msn+frozen", "epoch-kmeans": "dino+frozen", "self-cluster": "swav+frozen",
		"gmm until 1.5, joint": "swav+frozen", "kmeans until 1, gmm": "carp+frozen", "hyperspherical until 1.25, epoch-kmeans": "dino+frozen", "joint until 1.5, gmm until 1.75, kmeans": "msn+frozen",
	} {
		l := testConfig(t, objective)
		l.Composition.Learner = learner
		l.Settings.MustSet("prototypes.reseed", true)
		l.Settings.MustSet("prototypes.reseed_below", 0.9)
		l.Composition.Observers = []string{"kmeans", "ema", "hyperspherical", "epoch-kmeans", "self-cluster"}
		if learner == "ema" {
			l.Settings.MustSet("prototypes.reseed_by", "split")
		}
		out["learner "+learner+", with all of its kind as observers"] = l
	}
	r := testConfig(t, "swav")
	r.Composition.Regularizers = []string{"koleo-features", "me-max", "orthogonality", "repulsion"}
	out["swav with regularizers"] = r
	e := testConfig(t, "dino+gmm")
	e.Composition.Regularizers = []string{"koleo-features", "me-max"}
	out["dino+gmm with the encoder's regularizers"] = e
	v := testConfig(t, "swav+gmm")
	v.Settings.MustSet("gmm.responsibilities", "vmf")
	v.Settings.MustSet("gmm.covariance", "spherical")
	v.Settings.MustSet("prototypes.init", "kmeans++")
	out["swav+gmm with vmf responsibilities"] = v
	b := testConfig(t, "carp+gmm")
	b.Settings.MustSet("gmm.weights", "sinkhorn")
	b.Settings.MustSet("gmm.step", "liang-klein")
	b.Settings.MustSet("prototypes.reseed_by", "split")
	b.Settings.MustSet("prototypes.reseed_below", 0.9)
	out["carp+gmm balanced, with falling steps and splits"] = b
	h := testConfig(t, "deepcluster-v2")
	h.Composition.Learner, h.Composition.Observers = "gmm until 1.5, joint", []string{"kmeans", "epoch-kmeans", "joint"}
	h.Settings.MustSet("prototypes.init", "kmeans++")
	h.Settings.MustSet("prototypes.reseed", true)
	h.Settings.MustSet("prototypes.reseed_below", 0.9)
	out["several heads with a schedule, observers and re-seeding"] = h
	engineVariants(t, out)
	return out
}

func TestResumeIsExact(t *testing.T) {
	for name, cfg := range variants(t) {
		t.Run(name, func(t *testing.T) {
			next := batches(cfg)
			a := start(t, cfg)
			steps(t, a, next, 5)
			saved := a.State()
			b, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Load(saved); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				x := next()
				sa, sb := steps(t, a, func() []float32 { return x }, 1), steps(t, b, func() []float32 { return x }, 1)
				if d := cmp.Diff(sa, sb, cmpopts.IgnoreFields(StepResult{}, "Observers")); d != "" {
					t.Fatalf("signals differ: %s", d)
				}
			}
			if d := fixture.Diff(a.State(), b.State()); d != "" {
				t.Fatalf("states differ after three steps: %.500s", d)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	tr := start(t, testConfig(t, "swav"))
	good := tr.State()
	short := good[1:]
	renamed := slices.Clone(good)
	renamed[2].Name = "other"
	shaped := slices.Clone(good)
	shaped[2].Shape = []int{1}
	for name, s := range map[string][]part.Named{"short": short, "renamed": renamed, "shaped": shaped} {
		if err := tr.Load(s); err == nil {
			t.Errorf("%s state was accepted", name)
		}
	}
	if d := fixture.Diff(good, tr.State()); d != "" {
		t.Errorf("a refused state changed the trainer: %s", d)
	}
}

func TestFrozenStays(t *testing.T) {
	cfg := testConfig(t, "dino+frozen")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 4)
	l := tr.Learned()[0]
	if !slices.Equal(l.Initial, l.Current[part.Student]) || !slices.Equal(l.Initial, l.Current[part.Teacher]) || l.Path != 0 {
		t.Error("frozen prototypes moved")
	}
}

func TestDataStart(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.MustSet("prototypes.init", "data")
	tr := start(t, cfg)
	l := tr.Learned()[0]
	copy(tr.x, viewsAt(cfg, 0)) // in training mode a batch's embeddings depend on nothing but the batch and the weights
	if err := tr.runTeacher(); err != nil {
		t.Fatal(err)
	}
	z := tr.z[part.Teacher][:cfg.Train.Batch*cfg.Encoder.Dim]
	for k := range l.K {
		c, found := l.Current[part.Student][k*l.D:][:l.D], false
		for i := 0; i < len(z); i += l.D {
			found = found || fixture.Near(c, z[i:i+l.D])
		}
		if !found {
			t.Fatalf("prototype %d is no embedding of the first batch", k)
		}
	}
}

func TestReseeding(t *testing.T) {
	for preset, learner := range map[string]string{"swav": "joint", "dino": "joint", "swav+gmm": "gmm", "swav+frozen": "kmeans", "carp+frozen": "ema", "dino+frozen": "self-cluster", "msn+frozen": "epoch-kmeans"} {
		cfg := testConfig(t, preset)
		cfg.Composition.Learner = learner
		cfg.Settings.MustSet("prototypes.reseed", true)
		cfg.Settings.MustSet("prototypes.reseed_below", 0.95)
		tr := start(t, cfg)
		events := 0
		for _, s := range steps(t, tr, batches(cfg), 4) {
			events += len(s.Events)
		}
		if l := tr.Learned()[0]; events == 0 || l.Reseeds != events {
			t.Errorf("%s: %d events, %d counted", preset, events, l.Reseeds)
		}
	}
}

// TestObjectivesLearn shows each objective one batch again and again: the loss has to fall.
func TestObjectivesLearn(t *testing.T) {
	for _, preset := range []string{"swav", "dino", "carp", "msn", "carp+frozen", "msn+frozen", "carp+gmm", "dinov2", "dino-vmf", "ibot", "carl", "deepcluster-v2", "capi", "massl", "smog", "sela", "dinov3", "lejepa", "sop"} {
		cfg := testConfig(t, preset)
		cfg.Train.Epochs, cfg.Train.LR = 15, 0.01
		tr, x := start(t, cfg), viewsAt(cfg, 3)
		s := steps(t, tr, func() []float32 { return x }, 60)
		if first, last := s[0].Loss, s[len(s)-1].Loss; !(last < 0.9*first) {
			t.Errorf("%s: loss went from %g to %g on one batch", preset, first, last)
		}
	}
}

func TestFreezeHoldsPrototypes(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.MustSet("prototypes.freeze_epochs", 1)
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, cfg.StepsPerEpoch)
	if l := tr.Learned()[0]; !slices.Equal(l.Initial, l.Current[part.Student]) {
		t.Error("prototypes moved in the frozen epoch")
	}
	steps(t, tr, next, 1)
	if l := tr.Learned()[0]; slices.Equal(l.Initial, l.Current[part.Student]) {
		t.Error("prototypes stayed after the frozen epoch")
	}
}

func TestFeaturesDoNotDependOnTheBatch(t *testing.T) {
	cfg := testConfig(t, "dino+gmm")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	images := viewsAt(cfg, 7)
	for _, b := range []part.Branch{part.Student, part.Teacher} {
		f, z, err := tr.Features(b, images)
		if err != nil {
			t.Fatal(err)
		}
		n := 2 * cfg.Train.Batch
		size := len(images) / n
		f1, z1, err := tr.Features(b, images[3*size:4*size])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f1, f[3*len(f1):4*len(f1)]) || !slices.Equal(z1, z[3*len(z1):4*len(z1)]) {
			t.Errorf("%s: an image's features depend on its neighbours", b)
		}
	}
}
