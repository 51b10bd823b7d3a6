package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// start returns a trainer whose prototypes have started, and a source of views that goes on from there.
func start(t *testing.T, cfg Config) *Trainer {
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

func steps(t *testing.T, tr *Trainer, next func() []float32, n int) []Signals {
	t.Helper()
	var out []Signals
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
func variants(t *testing.T) map[string]Config {
	out := map[string]Config{}
	for _, c := range Components() {
		if c.Axis != "preset" {
			continue
		}
		for _, opt := range []string{"sgd", "adamw"} {
			cfg := testConfig(t, c.Name)
			cfg.Train.Optimizer = opt
			out[c.Name+" "+opt] = cfg
		}
	}
	q := testConfig(t, "swav")
	q.Settings.SwAV.Queue, q.Settings.SwAV.Targets, q.Settings.Prototypes.Reseed = 24, "teacher", true
	q.Settings.Prototypes.ReseedBelow, q.Settings.Prototypes.Freeze = 0.9, 0.5
	q.Composition.Observers = []string{"gmm", "frozen", "joint"}
	out["swav with queue, teacher targets, re-seeding, observers"] = q
	d := testConfig(t, "dino+gmm")
	d.Settings.DINO.Targets, d.Settings.Prototypes.ReseedBelow = "sinkhorn", 0.9
	d.Settings.GMM = GMM{
		Covariance: "diagonal", Responsibilities: "gaussian", Weights: "learned", Forgetting: "uniform", Memory: 1, Precision: 1,
		PrecisionMax: 4, Smoothing: 1, AnnealStart: 0.5, AnnealEpochs: 2, Feed: "student", Order: "after", Every: 2,
	}
	d.Composition.Observers = []string{"joint"}
	out["dino+gmm with every other switch"] = d
	v := testConfig(t, "swav+gmm")
	v.Settings.GMM.Responsibilities, v.Settings.GMM.Covariance = "vmf", "spherical"
	out["swav+gmm with vmf responsibilities"] = v
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
				if d := cmp.Diff(sa, sb, cmpopts.IgnoreFields(Signals{}, "Observers")); d != "" {
					t.Fatalf("signals differ: %s", d)
				}
			}
			if d := cmp.Diff(a.State(), b.State()); d != "" {
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
	for name, s := range map[string][]Named{"short": short, "renamed": renamed, "shaped": shaped} {
		if err := tr.Load(s); err == nil {
			t.Errorf("%s state was accepted", name)
		}
	}
	if d := cmp.Diff(good, tr.State()); d != "" {
		t.Errorf("a refused state changed the trainer: %s", d)
	}
}

// TestNoGradientReachesDecoupledPrototypes asks the graph itself: differentiating the loss by prototypes that do not follow
// it is refused, and allowed where they do.
func TestNoGradientReachesDecoupledPrototypes(t *testing.T) {
	for preset, learn := range map[string]bool{"swav": true, "dino": true, "swav+gmm": false, "dino+gmm": false, "swav+frozen": false, "dino+frozen": false} {
		tr := start(t, testConfig(t, preset))
		f, err := tr.forward()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := graph.Gradients(f.total, f.prototypes); (err == nil) != learn {
			t.Errorf("%s: differentiating by the prototypes: %v", preset, err)
		}
	}
}

// TestLossScaleLeavesDecoupledPrototypes scales the encoder's loss: the step must leave decoupled prototypes bit-equal,
// whether they are updated before or after the encoder, and move joint ones elsewhere.
func TestLossScaleLeavesDecoupledPrototypes(t *testing.T) {
	for preset, learn := range map[string]bool{"swav": true, "dino": true, "swav+gmm": false, "dino+gmm": false} {
		for _, order := range []string{"before", "after"} {
			var after [2][]float32
			for i, scale := range []float32{1, 3} {
				cfg := testConfig(t, preset)
				cfg.Train.Optimizer, cfg.Train.Warmup, cfg.Settings.GMM.Order = "sgd", 0, order
				tr := start(t, cfg)
				tr.host.head.scale = scale
				if err := tr.buildStudent(); err != nil {
					t.Fatal(err)
				}
				steps(t, tr, batches(cfg), 1)
				after[i] = tr.Learned()[0].Current[Student]
			}
			if same := slices.Equal(after[0], after[1]); same == learn {
				t.Errorf("%s, update %s: prototypes equal under another loss: %v", preset, order, same)
			}
		}
	}
}

func TestObserversChangeNothing(t *testing.T) {
	for _, preset := range []string{"swav", "dino", "swav+gmm", "dino+frozen"} {
		cfg := testConfig(t, preset)
		plain := start(t, cfg)
		cfg.Composition.Observers = []string{"joint", "gmm", "frozen"}
		watched := start(t, cfg)
		for i, s := range steps(t, plain, batches(cfg), 6) {
			if w := steps(t, watched, func() []float32 { return viewsAt(cfg, i) }, 1)[0]; w.Loss != s.Loss {
				t.Fatalf("%s: loss %v with observers, %v without", preset, w.Loss, s.Loss)
			}
		}
		a, b := plain.Learned(), watched.Learned()
		if len(b) != 4 || !slices.Equal(a[0].Current[Teacher], b[0].Current[Teacher]) {
			t.Errorf("%s: observers changed the arm's prototypes", preset)
		}
	}
}

// viewsAt is batch i of [batches].
func viewsAt(cfg Config, i int) []float32 {
	next := batches(cfg)
	for range i {
		next()
	}
	return next()
}

// TestShadowFollowsTheSameLoss puts a joint observer beside a joint arm without regularizer: on the same embeddings, by the same
// loss, it has to learn the very same prototypes.
func TestShadowFollowsTheSameLoss(t *testing.T) {
	for _, preset := range []string{"swav", "dino"} {
		cfg := testConfig(t, preset)
		cfg.Composition.Observers = []string{"joint"}
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 5)
		l := tr.Learned()
		if d := cmp.Diff(l[0].Current, l[1].Current); d != "" {
			t.Errorf("%s: the shadow went elsewhere: %.300s", preset, d)
		}
		if slices.Equal(l[0].Initial, l[0].Current[Student]) || l[0].Path == 0 {
			t.Errorf("%s: the prototypes did not move", preset)
		}
	}
}

// TestArmsStartAlike checks what is fair between the learners of an objective: encoder and prototypes start equal.
func TestArmsStartAlike(t *testing.T) {
	var first []Named
	for _, preset := range []string{"swav", "swav+kp", "swav+gmm", "swav+frozen", "dino"} {
		cfg := testConfig(t, preset)
		cfg.Settings.Prototypes.Init = "random"
		var got []Named
		for _, e := range start(t, cfg).State() {
			if e.Name == "arm.learner.effective.student" || len(e.Name) > 8 && e.Name[:8] == "student." {
				got = append(got, e)
			}
		}
		if first == nil {
			first = got
		}
		if d := cmp.Diff(first, got); d != "" {
			t.Errorf("%s starts elsewhere: %.300s", preset, d)
		}
	}
}

func TestFrozenStays(t *testing.T) {
	cfg := testConfig(t, "dino+frozen")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 4)
	l := tr.Learned()[0]
	if !slices.Equal(l.Initial, l.Current[Student]) || !slices.Equal(l.Initial, l.Current[Teacher]) || l.Path != 0 {
		t.Error("frozen prototypes moved")
	}
}

func TestDataStart(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.Prototypes.Init = "data"
	tr := start(t, cfg)
	l := tr.Learned()[0]
	copy(tr.x, viewsAt(cfg, 0)) // in training mode a batch's embeddings depend on nothing but the batch and the weights
	if err := tr.runTeacher(); err != nil {
		t.Fatal(err)
	}
	z := tr.z[Teacher][:cfg.Train.Batch*cfg.Encoder.Dim]
	for k := range l.K {
		c, found := l.Current[Student][k*l.D:][:l.D], false
		for i := 0; i < len(z); i += l.D {
			found = found || near(c, z[i:i+l.D])
		}
		if !found {
			t.Fatalf("prototype %d is no embedding of the first batch", k)
		}
	}
}

func near(a, b []float32) bool {
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-5 {
			return false
		}
	}
	return true
}

func TestReseeding(t *testing.T) {
	for _, preset := range []string{"swav", "dino", "swav+gmm"} {
		cfg := testConfig(t, preset)
		cfg.Settings.Prototypes.Reseed, cfg.Settings.Prototypes.ReseedBelow = true, 0.95
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

func TestFreezeHoldsPrototypes(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Settings.Prototypes.Freeze = 1
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, cfg.StepsPerEpoch)
	if l := tr.Learned()[0]; !slices.Equal(l.Initial, l.Current[Student]) {
		t.Error("prototypes moved in the frozen epoch")
	}
	steps(t, tr, next, 1)
	if l := tr.Learned()[0]; slices.Equal(l.Initial, l.Current[Student]) {
		t.Error("prototypes stayed after the frozen epoch")
	}
}

func TestFeaturesDoNotDependOnTheBatch(t *testing.T) {
	cfg := testConfig(t, "dino+gmm")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	images := viewsAt(cfg, 7)
	for _, b := range []Branch{Student, Teacher} {
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

// TestTotalGradient compares the gradients of the whole loss, regularizer included, with finite differences.
func TestTotalGradient(t *testing.T) {
	for _, preset := range []string{"swav+kp", "dino+kp"} {
		t.Run(preset, func(t *testing.T) {
			cfg := testConfig(t, preset)
			// Codes are constants of the loss: teacher targets do not move with the student.
			cfg.Settings.SwAV.Targets = "teacher"
			tr := start(t, cfg)
			copy(tr.x, batches(cfg)())
			if err := tr.runTeacher(); err != nil {
				t.Fatal(err)
			}
			tr.host.prepare(tr.z[Teacher], 0)
			f, err := tr.forward()
			if err != nil {
				t.Fatal(err)
			}
			grads, err := graph.Gradients(f.total, f.prototypes)
			if err != nil {
				t.Fatal(err)
			}
			p, err := graph.Compile(f.g, append(G.Nodes{f.total}, grads...)...)
			if err != nil {
				t.Fatal(err)
			}
			value := func() float64 {
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				return float64(p.Value(f.total)[0])
			}
			value()
			g, c := slices.Clone(p.Value(grads[0])), tr.host.learner.vectors().value
			var norm float64
			for _, v := range g {
				norm += float64(v) * float64(v)
			}
			norm = math.Sqrt(norm)
			base, h := slices.Clone(c), 2e-3
			move := func(s float64) float64 {
				for i := range c {
					c[i] = base[i] + float32(s*float64(g[i])/norm)
				}
				return value()
			}
			if got := (move(h) - move(-h)) / (2 * h); math.Abs(got-norm) > 0.01*norm {
				t.Errorf("finite difference %g, gradient %g", got, norm)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	bad := map[string]func(*Config){
		"koleo without gradient": func(c *Config) {
			c.Composition.Learner = "frozen"
			c.Composition.Regularizers = []string{"koleo-prototypes"}
		},
		"unknown learner":        func(c *Config) { c.Composition.Learner = "jont" },
		"unknown objective":      func(c *Config) { c.Composition.Objective = "moco" },
		"two equal observers":    func(c *Config) { c.Composition.Observers = []string{"joint", "joint"} },
		"batch above the set":    func(c *Config) { c.Train.Batch = 65 },
		"student feed too early": func(c *Config) { c.Composition.Learner = "gmm"; c.Settings.GMM.Feed = "student" },
		"too few for a start":    func(c *Config) { c.Settings.Prototypes.Init = "data"; c.Settings.Prototypes.Count = 65 },
		"precision above its maximum": func(c *Config) {
			c.Composition.Learner = "gmm"
			c.Settings.GMM.Precision = 30
		},
	}
	for name, change := range bad {
		cfg := testConfig(t, "swav")
		change(&cfg)
		if len(cfg.Validate()) != 1 {
			t.Errorf("%s: %v", name, cfg.Validate())
		}
		if _, err := New(cfg); err == nil {
			t.Errorf("%s was accepted", name)
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
