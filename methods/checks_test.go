package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// TestTotalGradient compares the gradients of the whole loss, regularizers included, with finite
// differences: along themselves, by the prototypes and by an encoder's weights.
func TestTotalGradient(t *testing.T) {
	more := map[string][]string{
		"swav": {"koleo-features", "me-max", "orthogonality", "repulsion"}, "dino": {"me-max", "repulsion"}, "carp": {"orthogonality", "koleo-features"},
		"msn": {"koleo-features"}, "carl": nil, "swav+kp": nil, "dino+kp": nil, "carp+kp": nil, "msn+kp": nil, "dinov2": nil, "dinov3": nil, "dino-vmf": {"koleo-features", "me-max"},
	}
	for preset, regularizers := range more {
		for _, by := range []string{"prototypes", "encoder"} {
			t.Run(preset+" by "+by, func(t *testing.T) {
				cfg := testConfig(t, preset)
				cfg.Composition.Regularizers = append(cfg.Composition.Regularizers, regularizers...)
				// Codes are constants of the loss: teacher targets do not move with the student.
				cfg.Settings.MustSet("swav.targets", "teacher")
				checkGradient(t, start(t, cfg), batches(cfg)(), by)
			})
		}
	}
}

func checkGradient(t *testing.T, tr *Trainer, x []float32, by string) {
	copy(tr.local, x[copy(tr.x, x):])
	if err := tr.runTeacher(); err != nil {
		t.Fatal(err)
	}
	in := &learner.Step{Found: learner.NewFound()}
	tr.hide(0)
	tr.publishEmbeddings(in, part.Teacher)
	tr.host.prepare(in)
	f, err := tr.forward()
	if err != nil {
		t.Fatal(err)
	}
	wrt, c, h := f.prototypes, tr.host.all().Value, 2e-3
	if by == "encoder" {
		wrt, c, h = f.params[0], tr.weights[part.Student].Params[0].Value, 1e-4 // batch norms bend the loss
	}
	if by == "extra" {
		wrt, c, h = tr.host.head.Extra[0], tr.host.extra[0].Value, 1e-3
	}
	p, grads := fixture.Run(t, f.g, f.total, wrt)
	value := func() float64 {
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		return float64(p.Value(f.total)[0])
	}
	g := slices.Clone(p.Value(grads[0]))
	norm := kernel.Norm(g)
	if norm == 0 {
		t.Fatalf("no gradient by the %s", by)
	}
	base := slices.Clone(c)
	move := func(s float64) float64 {
		for i := range c {
			c[i] = base[i] + float32(s*float64(g[i])/norm)
		}
		return value()
	}
	if got := (move(h) - move(-h)) / (2 * h); !(math.Abs(got-norm) <= 0.01*norm) {
		t.Errorf("finite difference %g, gradient %g", got, norm)
	}
}

func TestValidate(t *testing.T) {
	bad := map[string]func(*part.Config){
		"koleo without gradient": func(c *part.Config) {
			c.Composition.Learner = "frozen"
			c.Composition.Regularizers = []string{"koleo-prototypes"}
		},
		"orthogonality without gradient": func(c *part.Config) {
			c.Composition.Learner, c.Composition.Regularizers = "gmm", []string{"orthogonality"}
		},
		"repulsion without gradient": func(c *part.Config) {
			c.Composition.Learner, c.Composition.Regularizers = "kmeans", []string{"repulsion"}
		},
		"me-max twice":           func(c *part.Config) { c.Composition.Objective, c.Composition.Regularizers = "msn", []string{"me-max"} },
		"entropy twice":          func(c *part.Config) { c.Composition.Objective, c.Composition.Regularizers = "carp", []string{"me-max"} },
		"two equal regularizers": func(c *part.Config) { c.Composition.Regularizers = []string{"me-max", "me-max"} },
		"unknown regularizer":    func(c *part.Config) { c.Composition.Regularizers = []string{"me-min"} },
		"unknown learner":        func(c *part.Config) { c.Composition.Learner = "jont" },
		"unknown objective":      func(c *part.Config) { c.Composition.Objective = "moco" },
		"block above the count":  func(c *part.Config) { c.Composition.Objective = "carp"; c.Settings.MustSet("carp.block", 13) },
		"local crops for an mlp": func(c *part.Config) {
			c.Train.LocalCrops, c.Encoder = 2, encoders.Config{Name: "mlp", Width: 1, Depth: 1, Dim: 8}
		},
		"local crops too large": func(c *part.Config) { c.Train.LocalCrops, c.Train.LocalSize = 2, 9 },
		"local crops too small": func(c *part.Config) { c.Train.LocalCrops, c.Train.LocalSize, c.Encoder.Depth = 2, 1, 2 },
		"local crops and patches": func(c *part.Config) {
			c.Train.LocalCrops, c.Train.LocalSize = 2, 6
			c.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 2, Dim: 8}
		},
		"lengths without a gradient": func(c *part.Config) { *c = testConfig(t, "dino-vmf"); c.Composition.Learner = "frozen" },
		"re-seeding by cosines":      func(c *part.Config) { *c = testConfig(t, "dino-vmf"); c.Settings.MustSet("prototypes.reseed", true) },
		"a length that is lost":      func(c *part.Config) { c.Settings.MustSet("prototypes.norm", 0.5) },
		"an observer's lost length": func(c *part.Config) {
			c.Composition.Learner, c.Composition.Observers = "frozen", []string{"joint"}
			c.Settings.MustSet("prototypes.norm", 0.5)
		},
		"patches of a convnet":      func(c *part.Config) { c.Composition.Objective = "ibot" },
		"a block of one":            func(c *part.Config) { c.Composition.Objective = "carp"; c.Settings.MustSet("carp.block", 1) },
		"two equal observers":       func(c *part.Config) { c.Composition.Observers = []string{"joint", "joint"} },
		"more clusters than images": func(c *part.Config) { *c = testConfig(t, "pcl"); c.Settings.MustSet("prototypes.count", 65) },
		"batch above the set":       func(c *part.Config) { c.Train.Batch = 65 },
		"student feed too early":    func(c *part.Config) { c.Composition.Learner = "gmm"; c.Settings.MustSet("gmm.feed", "student") },
		"too few for a start": func(c *part.Config) {
			c.Settings.MustSet("prototypes.init", "data")
			c.Settings.MustSet("prototypes.count", 65)
		},
		"precision above its maximum": func(c *part.Config) {
			c.Composition.Learner = "gmm"
			c.Settings.MustSet("gmm.precision", 30)
		},
	}
	for name, change := range bad {
		cfg := testConfig(t, "swav")
		change(&cfg)
		if len(Check(cfg)) != 1 {
			t.Errorf("%s: %v", name, Check(cfg))
		}
	}
}

func TestReferenceLearns(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Train.Epochs, cfg.Train.LR = 20, 0.01
	r, err := NewSupervised(cfg, 2)
	if err != nil {
		t.Fatal(err)
	}
	x := viewsAt(cfg, 0)
	labels := make([]int, 2*cfg.Train.Batch)
	for i := range labels {
		labels[i] = i % 2
	}
	first, last := 0.0, 0.0
	for i := range 40 {
		if last, err = r.Step(x, labels); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = last
		}
	}
	if last > 0.7*first {
		t.Errorf("loss went from %g to %g on one batch", first, last)
	}
	u, err := NewUntrained(cfg)
	if err != nil {
		t.Fatal(err)
	}
	weights, stats := slices.Clone(u.weights.Params[0].Value), slices.Clone(u.weights.Stats[0].Value)
	if _, err := u.Step(x, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights, u.weights.Params[0].Value) {
		t.Error("the untrained encoder was trained")
	}
	if slices.Equal(stats, u.weights.Stats[0].Value) {
		t.Error("its batch norms took no statistics")
	}
}
