package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/learner"
	"protobench/methods/part"

	"github.com/google/go-cmp/cmp"
)

// probed runs some steps, the last with a probe.
func probed(t *testing.T, cfg part.Config, n int) (*Trainer, StepResult) {
	t.Helper()
	tr, next := start(t, cfg), batches(cfg)
	if n > 1 {
		steps(t, tr, next, n-1)
	}
	tr.Probe()
	return tr, steps(t, tr, next, 1)[0]
}

// TestProbesChangeNothing: the state after steps with probes is that without, and steps that nobody
// asks have none.
func TestProbesChangeNothing(t *testing.T) {
	for _, preset := range []string{"swav", "dino+kp", "swav+gmm", "carp", "sela", "deepcluster-v2", "lejepa", "dino+gmm until 0.5, joint"} {
		cfg := composed(t, preset)
		if preset != "sela" && preset != "lejepa" {
			cfg.Composition.Observers = []string{"joint", "kmeans"}
		}
		plain, watched := start(t, cfg), start(t, cfg)
		next, again := batches(cfg), batches(cfg)
		for i := range 5 {
			if i != 3 {
				watched.Probe()
			}
			a, b := steps(t, plain, next, 1)[0], steps(t, watched, again, 1)[0]
			if a.Loss != b.Loss || a.Probes != nil || (b.Probes != nil) != (i != 3 && preset != "lejepa") {
				t.Fatalf("%s, step %d: losses %g and %g, probes %v and %v", preset, i+1, a.Loss, b.Loss, a.Probes, b.Probes)
			}
		}
		if d := cmp.Diff(plain.State(), watched.State()); d != "" {
			t.Errorf("%s: %.300s", preset, d)
		}
	}
}

// TestProbesOfLearners: which parts a probe has follows from who moves the prototypes and by what
// loss, and the cross-entropy's parts sum up to the loss where that is all of it.
func TestProbesOfLearners(t *testing.T) {
	for preset, want := range map[string]struct{ gradient, split, moved, all bool }{
		"swav": {true, true, true, true}, "dino": {true, true, true, true}, "msn": {true, true, true, false}, "carp": {gradient: true},
		"dino+gmm": {split: true, moved: true, all: true}, "swav+kmeans": {split: true, moved: true, all: true}, "dino+ema": {split: true, moved: true, all: true},
		"swav+frozen": {split: true, all: true}, "deepcluster-v2": {split: true}, "sela": {gradient: true, split: true, moved: true},
		"swav+gmm until 9, joint": {true, true, true, true}, "swav+frozen until 9, joint": {gradient: true, split: true, all: true}, "dino-vmf": {true, true, true, true},
	} {
		cfg := composed(t, preset)
		tr, r := probed(t, cfg, 3)
		p, has := r.Probes[""]
		if !has || len(r.Probes) != 1 {
			t.Fatalf("%s: probes %v", preset, r.Probes)
		}
		if (p.Gradient != nil) != want.gradient || (p.CrossEntropy != nil) != want.split || !math.IsNaN(p.MovedBy) != want.moved {
			t.Errorf("%s: %+v", preset, p)
		}
		if ce := p.CrossEntropy; want.all && !(math.Abs(ce.Targets+ce.Divergence-r.Loss) <= 1e-5*r.Loss) {
			t.Errorf("%s: %g and %g do not sum to the loss %g", preset, ce.Targets, ce.Divergence, r.Loss)
		}
		if ce := p.CrossEntropy; ce != nil && (ce.Targets < 0 || ce.Divergence < -1e-6) {
			t.Errorf("%s: %+v", preset, ce)
		}
		if views := float64(tr.host.head.Views.Crops * tr.host.head.Views.Images); want.moved && (p.MovedBy < 1 || p.MovedBy > views+1e-6) {
			t.Errorf("%s: a prototype was moved by %g of %g views", preset, p.MovedBy, views)
		}
	}
}

// TestProbeOfAShadow: beside its own arm, a joint observer has the host's probe.
func TestProbeOfAShadow(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Composition.Observers = []string{"joint", "frozen"}
	_, r := probed(t, cfg, 4)
	if d := cmp.Diff(r.Probes[""], r.Probes["joint"]); d != "" {
		t.Error(d)
	}
	if p := r.Probes["frozen"]; p.Gradient != nil || p.CrossEntropy != nil || !math.IsNaN(p.MovedBy) {
		t.Errorf("a frozen observer: %+v", p)
	}
}

// TestProbeSeesTheStepsGradient: what is split is the gradient that moves the prototypes in the
// step, before they move.
func TestProbeSeesTheStepsGradient(t *testing.T) {
	cfg := testConfig(t, "swav")
	cfg.Train.Clip = 1e-3 // scales the gradient where it lies
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, 2)
	p := tr.host.learners[0].Vectors()
	before := slices.Clone(p.Value)
	tr.Probe()
	got := steps(t, tr, next, 1)[0].Probes[""].Gradient
	clipped := splitGradient(tr.host.learners[0].Params()[0].Grad, before, p.D)
	for _, share := range [][2]float64{{got.Radial, clipped.Radial}, {got.Common, clipped.Common}, {got.Rest, clipped.Rest}} {
		if !(math.Abs(share[0]-share[1]) <= 1e-4) {
			t.Errorf("%+v, of the clipped gradient %+v", got, clipped)
		}
	}
	if got.Norm <= 1.01e-3 || clipped.Norm > 1.01e-3 {
		t.Errorf("norm %g, clipped %g", got.Norm, clipped.Norm)
	}
}

// TestGradientSplit has gradients of each kind alone and of all together.
func TestGradientSplit(t *testing.T) {
	c := []float32{2, 0, 0, 0, 0.5, 0} // two directions of three dimensions
	for _, x := range []struct {
		g    []float32
		want GradientSplit
	}{
		{[]float32{3, 0, 0, 0, -4, 0}, GradientSplit{5, 1, 0, 0}},
		{[]float32{0, 0, 2, 0, 0, 2}, GradientSplit{math.Sqrt(8), 0, 1, 0}},
		{[]float32{0, 0, 2, 0, 0, -2}, GradientSplit{math.Sqrt(8), 0, 0, 1}},
		{[]float32{1, 0, 3, 0, 0, 1}, GradientSplit{math.Sqrt(11), 1.0 / 11, 8.0 / 11, 2.0 / 11}},
		{make([]float32, 6), GradientSplit{}},
	} {
		if got := splitGradient(x.g, c, 3); !cmp.Equal(got, x.want, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-6 })) {
			t.Errorf("%v: %+v, want %+v", x.g, got, x.want)
		}
	}
}

// TestWeightNormHasNoRadialPart: the norm's gradient takes it out, which an objective without
// weight norm does not.
func TestWeightNormHasNoRadialPart(t *testing.T) {
	_, dino := probed(t, testConfig(t, "dino"), 3)
	_, swav := probed(t, testConfig(t, "swav"), 3)
	if g := dino.Probes[""].Gradient; g.Radial > 1e-6 || g.Norm == 0 {
		t.Errorf("dino: %+v", g)
	}
	if g := swav.Probes[""].Gradient; g.Radial < 1e-3 {
		t.Errorf("swav: %+v", g)
	}
}

// TestSplitCrossEntropyByHand: two images, two crops, two prototypes.
func TestSplitCrossEntropyByHand(t *testing.T) {
	cfg := testConfig(t, "dino")
	cfg.Settings.MustSet("prototypes.count", 2)
	tr := start(t, cfg)
	h := tr.host.head
	h.Views.Images = 1
	copy(h.Codes, []float32{1, 0, 0.5, 0.5})
	s := []float32{0, 0, float32(math.Log(3) * h.Temperature), 0} // predictions (½, ½) and (¾, ¼)
	got, ok := h.SplitCrossEntropy(s)
	// Crop 0 predicts (½, ½), crop 1 (1, 0).
	cross := (math.Ln2 - math.Log(0.75)) / 2
	if !ok || !(math.Abs(got.Targets-math.Ln2/2) <= 1e-6) || !(math.Abs(got.Targets+got.Divergence-cross) <= 1e-6) || !(math.Abs(got.Views-1) <= 1e-5) {
		t.Errorf("%v %+v", ok, got)
	}
}

// TestMovedBy of the prototypes that embeddings are given to, which weigh alike.
func TestMovedBy(t *testing.T) {
	a := learner.NewAssignment(4, 2)
	if _, ok := a.MovedBy(); ok {
		t.Error("nothing was assigned")
	}
	a.Assign(nil, []float32{1, 0, 1, 0, 1, 0, 0, 1}, []float32{1, 0, 0, 1, -1, 0, 0, -1})
	if n, ok := a.MovedBy(); !ok || n != 2 {
		t.Errorf("%g, %v", n, ok)
	}
	cfg := testConfig(t, "swav+gmm")
	_, r := probed(t, cfg, 3)
	if n := r.Probes[""].MovedBy; n <= 1 || n >= float64(2*cfg.Train.Batch) {
		t.Errorf("the mixture's components were moved by %g views of %d", n, 2*cfg.Train.Batch)
	}
}
