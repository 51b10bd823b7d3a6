package methods

import (
	"maps"
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// cosineAt is half a cosine from one value to another at a step of a number of them.
func cosineAt(from, to float64, step, steps int) float64 {
	return to + (from-to)*(1+math.Cos(math.Pi*float64(step)/float64(steps)))/2
}

// TestSchedules follows a run of 16 steps by hand, on plain gradient descent: the learning rate
// rises linearly from 0 over the warm-up and then falls by a cosine, the teacher's momentum and the
// weight decay go by cosines over the whole run, and no decay reaches biases and norms.
func TestSchedules(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Train.Optimizer, cfg.Train.Momentum, cfg.Train.LR, cfg.Train.FinalLR, cfg.Train.Warmup = "sgd", 0, 0.3, 0.06, 0.25
	cfg.Train.WeightDecay, cfg.Train.DecayRise, cfg.Train.Teacher, cfg.Train.TeacherEnd = 0.02, 5, 0.5, 0.9
	cfg.Composition.Regularizers = nil
	tr, next := start(t, cfg), batches(cfg)
	for i := range 16 {
		before := [2][][]float32{}
		for b, w := range tr.weights {
			for _, p := range w.Params {
				before[b] = append(before[b], slices.Clone(p.Value))
			}
		}
		r := steps(t, tr, next, 1)[0]
		lr := 0.3 * float64(i) / 3
		if i >= 4 {
			lr = cosineAt(0.3, 0.06, i-4, 12)
		}
		if got := r.Values["lr"]; !(math.Abs(got-lr) <= 1e-12) {
			t.Errorf("step %d: learning rate %g, want %g", i, got, lr)
		}
		m, decay := cosineAt(0.5, 0.9, i, 16), cosineAt(0.02, 0.1, i, 16)
		for j, p := range tr.weights[part.Student].Params {
			d := decay
			if len(p.Shape) < 2 {
				d = 0
			}
			moved, teacher := 0.0, 0.0
			for e, w := range before[part.Student][j] {
				want := float64(w) - lr*(float64(p.Grad[e])+d*float64(w))
				moved = max(moved, math.Abs(float64(p.Value[e])-want))
				follow := m*float64(before[part.Teacher][j][e]) + (1-m)*float64(p.Value[e])
				teacher = max(teacher, math.Abs(float64(tr.weights[part.Teacher].Params[j].Value[e])-follow))
			}
			if moved > 1e-5 {
				t.Errorf("step %d: %s is off by %g from a step at rate %g and decay %g", i, p.Name, moved, lr, d)
			}
			if teacher > 1e-6 {
				t.Errorf("step %d: the teacher's %s is off by %g from momentum %g", i, p.Name, teacher, m)
			}
		}
	}
}

// TestTeacherTemperatureChangesWithEpochs: until an epoch ends nothing of its warm-up shows, in the
// objective's own targets and in the patches'.
func TestTeacherTemperatureChangesWithEpochs(t *testing.T) {
	for preset, keys := range map[string][]string{
		"dino": {"dino.warmup_teacher_temperature", "dino.teacher_temperature"}, "ibot": {"ibot.patch_warmup_teacher_temperature", "ibot.patch_teacher_temperature"},
		"massl": {"massl.warmup_teacher_temperature", "massl.teacher_temperature"},
	} {
		var losses [2][]float64
		for i, end := range []float64{0.05, 0.2} {
			cfg := testConfig(t, preset)
			cfg.Settings.MustSet(keys[0], 0.05)
			cfg.Settings.MustSet(keys[1], end)
			cfg.Settings.MustSet(map[bool]string{true: "massl", false: "dino"}[preset == "massl"]+".warmup_teacher_epochs", 3)
			for _, s := range steps(t, start(t, cfg), batches(cfg), 5) {
				losses[i] = append(losses[i], s.Loss)
			}
		}
		if !slices.Equal(losses[0][:4], losses[1][:4]) || losses[0][4] == losses[1][4] {
			t.Errorf("%s: losses %v at a constant temperature, %v while it rises", preset, losses[0], losses[1])
		}
	}
}

// TestObserversAreNeverReseeded: whatever helps the arm, its observers start at the random unit
// vectors that arms without help start at, and no one moves their prototypes but their own rule.
func TestObserversAreNeverReseeded(t *testing.T) {
	cfg := testConfig(t, "swav")
	random := start(t, cfg).Learned()[0].Initial
	cfg.Settings.MustSetAll(map[string]any{"prototypes.init": "data", "prototypes.reseed": true, "prototypes.reseed_below": 1})
	cfg.Composition.Observers = []string{"joint", "gmm", "kmeans", "ema", "self-cluster"}
	tr := start(t, cfg)
	host := 0
	for _, s := range steps(t, tr, batches(cfg), 4) {
		for _, e := range s.Events {
			if e.Learner != "" {
				t.Errorf("step %d: %s of prototype %d of the observer %s", e.Step, e.Kind, e.Prototype, e.Learner)
			} else {
				host++
			}
		}
	}
	for i, l := range tr.Learned() {
		if helped := i == 0; helped != (l.Reseeds > 0) || helped == fixture.Near(l.Initial, random) {
			t.Errorf("learner %q: %d re-seedings, starts at random: %v", l.Name, l.Reseeds, fixture.Near(l.Initial, random))
		}
	}
	if host == 0 {
		t.Error("the arm was not re-seeded either")
	}
}

// TestReseedingComparesScores: what an objective takes off before scores are compared counts for
// usage. A prototype that no score can win has a quarter of its fair share after two steps of half
// an epoch, and is moved then.
func TestReseedingComparesScores(t *testing.T) {
	cfg := testConfig(t, "dino")
	cfg.Settings.MustSetAll(map[string]any{"prototypes.reseed": true, "prototypes.reseed_below": 0.3, "dino.center_momentum": 1.0})
	for k := range cfg.Settings.Int("prototypes.count") {
		tr := start(t, cfg)
		fixture.Entry(t, tr.host.objective, "center").F32[k] = 100
		s := steps(t, tr, batches(cfg), 2)
		moved := slices.ContainsFunc(s[1].Events, func(e StepEvent) bool { return e.Prototype == k && e.Kind == "reseed" })
		if early := slices.ContainsFunc(s[0].Events, func(e StepEvent) bool { return e.Prototype == k }); early || !moved {
			t.Errorf("prototype %d, out of reach: moved in the first step %v, in the second %v", k, early, moved)
		}
	}
}

// TestPrepareSharesStatistics: the student starts with the batch-norm statistics that the batches
// before the first step have left in the teacher, not with those of no batch.
func TestPrepareSharesStatistics(t *testing.T) {
	tr := start(t, testConfig(t, "swav"))
	fresh, err := New(testConfig(t, "swav"))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range tr.weights[part.Student].Stats {
		if !slices.Equal(s.Value, tr.weights[part.Teacher].Stats[i].Value) {
			t.Errorf("%s: student and teacher differ", s.Name)
		}
		if slices.Equal(s.Value, fresh.weights[part.Student].Stats[i].Value) {
			t.Errorf("%s is as it was without batches", s.Name)
		}
	}
}

// TestFeaturesAreTheBranchs: each branch's features come from its own weights and statistics.
func TestFeaturesAreTheBranchs(t *testing.T) {
	cfg := testConfig(t, "swav")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 3)
	images := viewsAt(cfg, 7)
	features := func() (out [2][]float32) {
		for b := range out {
			f, z, err := tr.Features(part.Branch(b), images)
			if err != nil {
				t.Fatal(err)
			}
			out[b] = append(slices.Clone(f), z...)
		}
		return out
	}
	before := features()
	if slices.Equal(before[0], before[1]) {
		t.Fatal("after three steps student and teacher have the same features")
	}
	for b, w := range tr.weights {
		for _, p := range []*encoders.Param{w.Params[0], w.Stats[0]} {
			old := p.Value[0]
			p.Value[0]++
			after := features()
			p.Value[0] = old
			if slices.Equal(after[b], before[b]) || !slices.Equal(after[1-b], before[1-b]) {
				t.Errorf("a change of the %s's %s changes its features: %v, the other's: %v", part.Branch(b), p.Name, !slices.Equal(after[b], before[b]), !slices.Equal(after[1-b], before[1-b]))
			}
		}
	}
}

// TestLearnedScores: an image's scores are the inner products with the teacher's prototypes, less
// DINO's center where there is one, whatever the student's prototypes are; and the outcome tells
// the branches apart.
func TestLearnedScores(t *testing.T) {
	for preset, centered := range map[string]bool{"dino": true, "dinov2": false, "swav": false, "carp": false, "msn": false, "swav+gmm": false} {
		cfg := testConfig(t, preset)
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 5)
		l := tr.Learned()[0]
		p := tr.host.learners[0].Vectors()
		for b := range 2 {
			if !slices.Equal(l.Current[b], p.Effective[b]) {
				t.Errorf("%s: the %s's prototypes are others", preset, part.Branch(b))
			}
		}
		z, offset := fixture.RandomUnit(3, 6, l.D), make([]float32, l.K)
		if centered {
			copy(offset, fixture.Entry(t, tr.host.objective, "center").F32)
			if offset[0] == 0 {
				t.Fatal("the center has not moved")
			}
		}
		steps(t, tr, batches(cfg), 1) // an outcome is a copy
		for i, got := range l.Scores(z) {
			want := -float64(offset[i%l.K])
			for j := range l.D {
				want += float64(z[i/l.K*l.D+j]) * float64(l.Current[part.Teacher][i%l.K*l.D+j])
			}
			if !(math.Abs(float64(got)-want) <= 1e-5) {
				t.Fatalf("%s: score %d is %g, want %g", preset, i, got, want)
			}
		}
	}
}

// TestMeMaxTemperature: as a regularizer me-max is taken of the student's predictions at
// loss.temperature.
func TestMeMaxTemperature(t *testing.T) {
	for _, temperature := range []float64{0.1, 0.37} {
		cfg := testConfig(t, "swav")
		cfg.Settings.MustSet("loss.temperature", temperature)
		cfg.Composition.Regularizers = []string{"me-max"}
		tr := start(t, cfg)
		l := tr.Learned()[0]
		r := steps(t, tr, batches(cfg), 1)[0]
		z := tr.z[part.Student]
		n, mean := len(z)/l.D, make([]float64, l.K)
		for i := range n {
			row, sum := make([]float64, l.K), 0.0
			for k := range row {
				for j := range l.D {
					row[k] += float64(z[i*l.D+j]) * float64(l.Current[part.Student][k*l.D+j])
				}
				row[k] = math.Exp(row[k] / temperature)
				sum += row[k]
			}
			for k, v := range row {
				mean[k] += v / sum / float64(n)
			}
		}
		want := math.Log(float64(l.K))
		for _, m := range mean {
			want += m * math.Log(m)
		}
		if got := r.Values["loss.me-max"]; !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("temperature %g: me-max %g, want %g", temperature, got, want)
		}
	}
}

// TestRegularizersWeigh: the gradient of the loss with a regularizer is that without it plus the
// weight times the term's own. With plain gradient descent from equal weights the steps add up
// alike.
func TestRegularizersWeigh(t *testing.T) {
	for name, key := range map[string]string{
		"koleo-prototypes": "koleo-prototypes.weight", "koleo-features": "koleo-features.weight", "me-max": "me-max.weight",
		"orthogonality": "orthogonality.weight", "repulsion": "repulsion.weight",
	} {
		grads := map[float64]map[string][]float32{}
		for _, w := range []float64{0, 1, 3} {
			cfg := testConfig(t, "swav")
			cfg.Composition.Regularizers = []string{name}
			cfg.Settings.MustSet(key, w)
			if name == "repulsion" {
				cfg.Settings.MustSet("repulsion.margin", 0.1)
			}
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), 1)
			grads[w] = map[string][]float32{"prototypes": slices.Clone(tr.host.learners[0].Params()[0].Grad)}
			for _, p := range tr.weights[part.Student].Params {
				grads[w][p.Name] = slices.Clone(p.Grad)
			}
		}
		moved := false
		for _, p := range slices.Sorted(maps.Keys(grads[0])) {
			var largest, off float64
			for i, g := range grads[0][p] {
				one, three := float64(grads[1][p][i]-g), float64(grads[3][p][i]-g)
				largest, off = max(largest, math.Abs(three)), max(off, math.Abs(three-3*one))
			}
			moved = moved || largest > 1e-4
			if off > 1e-3*largest+1e-5 {
				t.Errorf("%s: %s: three times the weight is off by %g from three times the gradient %g", name, p, off, largest)
			}
		}
		if !moved {
			t.Errorf("%s changes no gradient", name)
		}
	}
}
