package methods

import (
	"fmt"
	"slices"
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// multiCropConfigs are small runs with local crops of every objective that takes them, and on every
// encoder.
func multiCropConfigs(t *testing.T) map[string]part.Config {
	out := map[string]part.Config{}
	for _, d := range objectives() {
		objective := d.Name
		if !d.Traits(Defaults()).Crops {
			continue
		}
		if objective == "deepcluster" {
			objective = "deepcluster-v2"
		}
		cfg := testConfig(t, objective)
		cfg.Train.LocalCrops = 3
		out[objective] = cfg
	}
	for _, name := range []string{"resnet18", "vit"} {
		cfg := testConfig(t, "dino")
		cfg.Encoder, cfg.Train.LocalCrops, cfg.Train.LocalSize = testEncoders()[name], 2, 4
		out["dino on "+name] = cfg
	}
	m := testConfig(t, "dino-vmf")
	m.Train.LocalCrops = 2
	m.Settings.MustSet("dino.targets", "sinkhorn")
	out["dino-vmf with Sinkhorn targets"] = m
	g := testConfig(t, "carp+gmm")
	g.Train.LocalCrops = 1
	g.Settings.MustSet("gmm.feed", "student")
	g.Settings.MustSet("gmm.order", "after")
	g.Composition.Observers = []string{"joint", "gmm"}
	out["carp+gmm fed by the student, with observers"] = g
	r := testConfig(t, "dinov2")
	r.Train.LocalCrops, r.Composition.Regularizers = 2, []string{"koleo-features", "me-max"}
	out["dinov2 with regularizers"] = r
	return out
}

// TestLocalCropsLeaveTheGlobalOnesAlone: local crops change neither the embeddings of the global
// ones nor the first codes; they do change the loss, and their batch norms record statistics behind
// the global ones'.
func TestLocalCropsLeaveTheGlobalOnesAlone(t *testing.T) {
	for name, cfg := range multiCropConfigs(t) {
		with := start(t, cfg)
		x := batches(cfg)()
		cfg.Train.LocalCrops = 0
		without := start(t, cfg)
		if err := without.Load(onlyKnown(with.State(), without.State())); err != nil {
			t.Fatal(err)
		}
		a, b := steps(t, with, func() []float32 { return x }, 1)[0], steps(t, without, func() []float32 { return x[:len(without.x)] }, 1)[0]
		if a.Loss == b.Loss {
			t.Errorf("%s: local crops left the loss as it was", name)
		}
		if v := "loss.koleo-features"; a.Values[v] != b.Values[v] {
			t.Errorf("%s: local crops changed what spreads the global ones' features", name)
		}
		global := with.z[part.Student][:len(without.z[part.Student])]
		if !slices.Equal(global, without.z[part.Student]) || !slices.Equal(with.z[part.Teacher], without.z[part.Teacher]) {
			t.Errorf("%s: local crops changed the global ones' embeddings", name)
		}
		if !slices.Equal(with.host.head.Codes, without.host.head.Codes) {
			t.Errorf("%s: local crops changed the codes", name)
		}
		for i, s := range with.weights[part.Student].Stats {
			if slices.Equal(s.Value, without.weights[part.Student].Stats[i].Value) {
				t.Errorf("%s: %s has no part of the local crops", name, s.Name)
			}
			if !slices.Equal(with.weights[part.Teacher].Stats[i].Value, without.weights[part.Teacher].Stats[i].Value) {
				t.Errorf("%s: the teacher saw the local crops", name)
			}
		}
	}
}

// onlyKnown keeps the entries whose names the other state has.
func onlyKnown(state, other []part.Named) []part.Named {
	return slices.DeleteFunc(state, func(n part.Named) bool {
		return !slices.ContainsFunc(other, func(o part.Named) bool { return o.Name == n.Name })
	})
}

// TestLocalCropsOfFullSizeAreViews: with local crops of the views' size and content, the loss is
// the mean over the pairs with each view seen twice, and the statistics after the step are those
// after two passes.
func TestLocalCropsOfFullSizeAreViews(t *testing.T) {
	cfg := testConfig(t, "dino")
	one := start(t, cfg)
	cfg.Train.LocalCrops, cfg.Train.LocalSize = 2, cfg.Input.Height
	two := start(t, cfg)
	x := batches(cfg)()
	copy(x[len(one.x):], x[:len(one.x)])
	steps(t, two, func() []float32 { return x }, 1)
	if half := len(two.z[part.Student]) / 2; !slices.Equal(two.z[part.Student][:half], two.z[part.Student][half:]) {
		t.Error("the same images have two embeddings")
	}
	before := slices.Clone(one.weights[part.Student].Stats[0].Value)
	steps(t, one, func() []float32 { return x[:len(one.x)] }, 1)
	once, twice := one.weights[part.Student].Stats[0].Value, two.weights[part.Student].Stats[0].Value
	for i, v := range once {
		batch := before[i] + (v-before[i])/0.1
		if want := v + 0.1*(batch-v); !fixture.Near([]float32{want}, []float32{twice[i]}) {
			t.Errorf("statistic %d is %g, want %g", i, twice[i], want)
		}
	}
}

func TestMultiCropGradient(t *testing.T) {
	for name, cfg := range multiCropConfigs(t) {
		cfg.Settings.MustSet("swav.targets", "teacher")
		for _, by := range []string{"prototypes", "encoder"} {
			if by == "prototypes" && cfg.Composition.Learner != "joint" {
				continue
			}
			t.Run(fmt.Sprint(name, " by ", by), func(t *testing.T) { checkGradient(t, start(t, cfg), batches(cfg)(), by) })
		}
	}
}

func TestStepRefusesOtherCrops(t *testing.T) {
	cfg := testConfig(t, "swav")
	tr, x := start(t, cfg), batches(cfg)()
	if _, err := tr.Step(x[1:]); err == nil {
		t.Error("a missing value was accepted")
	}
}

// TestThreadsChangeNoBit runs steps with one thread and with three.
func TestThreadsChangeNoBit(t *testing.T) {
	for name, cfg := range multiCropConfigs(t) {
		var states [2][]part.Named
		for i, threads := range []int{1, 3} {
			cfg.Team = team.New(threads)
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), 2)
			states[i] = tr.State()
			cfg.Team.Close()
		}
		if d := fixture.Diff(states[0], states[1]); d != "" {
			t.Errorf("%s: the number of threads changes the state: %.300s", name, d)
		}
	}
}
