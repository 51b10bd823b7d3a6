package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestVMFLengthsMatter: prototypes leave the sphere, and usage follows the centred posterior.
func TestVMFLengthsMatter(t *testing.T) {
	cfg := testConfig(t, "dino-vmf")
	cfg.Train.LR = 0.05
	cfg.Settings.MustSet("prototypes.norm", 0.5)
	tr := start(t, cfg)
	p := tr.host.learners[0].Vectors()
	if n := kernel.Norm(p.Value[:p.D]); !(math.Abs(n-0.5) <= 1e-6) {
		t.Errorf("the first prototype starts with length %g", n)
	}
	next := batches(cfg)
	steps(t, tr, next, 4)
	low, high := math.Inf(1), 0.0
	for k := range p.K {
		n := kernel.Norm(p.Value[k*p.D:][:p.D])
		low, high = min(low, n), max(high, n)
	}
	if high-low < 1e-3 {
		t.Errorf("all lengths stayed within %g and %g", low, high)
	}
	// The argmax of what metrics see is that of the targets of the next step.
	learned := tr.Learned()[0]
	steps(t, tr, next, 1)
	z, targets := tr.host.head.Input.Z, tr.host.head.Codes
	seen := learned.Scores(z)
	for r := range len(z) / p.D {
		if i, j := kernel.Argmax(seen[r*p.K:][:p.K]), kernel.Argmax(targets[r*p.K:][:p.K]); i != j {
			t.Errorf("image %d is counted for prototype %d, its target is %d", r, i, j)
		}
	}
	center := fixture.Entry(t, tr.host.objective, "center").F32
	var total float64
	for _, v := range center {
		total += float64(v)
	}
	if !(math.Abs(total-1) <= 1e-4) || slices.Max(center) < 1.01/float32(p.K) {
		t.Errorf("the center sums to %g, its largest entry is %g", total, slices.Max(center))
	}
}

// TestWeightDecayRises: at rise 10 the decay of the last step is nearly ten times that of the
// first, for weights and prototypes, and biases have none.
func TestWeightDecayRises(t *testing.T) {
	cfg := testConfig(t, "dino")
	cfg.Train.DecayRise = 10
	cfg.Settings.MustSet("prototypes.weight_decay", 0.3)
	tr := start(t, cfg)
	check := func(factor float64) {
		t.Helper()
		for _, p := range tr.weights[part.Student].Params {
			if want := cfg.Train.WeightDecay * factor; !p.Exempt() && !(math.Abs(p.WeightDecay-want) <= 0.02*want) || p.Exempt() && p.WeightDecay != 0 {
				t.Errorf("%s has weight decay %g, want %g", p.Name, p.WeightDecay, want)
			}
		}
		if d := tr.host.learners[0].Params()[0].WeightDecay; !(math.Abs(d-0.3*factor) <= 0.02*factor) {
			t.Errorf("prototypes have weight decay %g, want %g", d, 0.3*factor)
		}
	}
	steps(t, tr, batches(cfg), 1)
	check(1)
	steps(t, tr, batches(cfg), cfg.Steps()-1)
	check(9.9)
}

// TestVMFScoresFollowTheTemperature: what metrics see has the normalisers at the temperature of the
// last step's targets, in a resumed run too.
func TestVMFScoresFollowTheTemperature(t *testing.T) {
	cfg := testConfig(t, "dino-vmf")
	cfg.Settings.MustSet("dino.warmup_teacher_temperature", 0.5)
	cfg.Settings.MustSet("dino.warmup_teacher_epochs", 3) // 0.5, 0.27, 0.04
	tr, next := start(t, cfg), batches(cfg)
	for _, c := range []struct {
		steps int
		epoch int // of the last one
	}{{0, 0}, {4, 0}, {1, 1}, {4, 2}, {3, 2}} {
		steps(t, tr, next, c.steps)
		resumed := start(t, cfg)
		if err := resumed.Load(tr.State()); err != nil {
			t.Fatal(err)
		}
		p := tr.host.learners[0].Vectors()
		want := tr.host.objective.Offset(p.Teacher, c.epoch)
		for i := range want {
			want[i] = -want[i]
		}
		for name, tr := range map[string]*Trainer{"run": tr, "resumed run": resumed} {
			if got := tr.Learned()[0].Scores(make([]float32, p.D)); !fixture.Near(got, want) {
				t.Errorf("%s after %d steps: scores of no direction are %v, want %v", name, tr.StepCount(), got[:3], want[:3])
			}
		}
	}
}
