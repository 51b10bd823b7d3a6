package methods

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenVMF(t *testing.T) {
	t.Run("dino_vmf", func(t *testing.T) {
		f := golden.Load(t, "dino_vmf")
		kappas := golden.Floats(f.Inputs["kappas"])
		for _, d := range golden.Ints(f.Params["dims"]) {
			key := fmt.Sprint("d", d)
			var logC, plus, mean []float64
			for _, kappa := range kappas {
				c, m := logNormaliser(d, kappa)
				logC, plus, mean = append(logC, c), append(plus, c+kappa), append(mean, m)
			}
			golden.Check(t, f, "log-normaliser "+key, logC, golden.At(t, f.Expected, "log_normaliser", key))
			golden.Check(t, f, "log-normaliser and kappa "+key, plus, golden.At(t, f.Expected, "log_normaliser_plus_kappa", key))
			golden.Check(t, f, "mean resultant "+key, mean, golden.At(t, f.Expected, "mean_resultant", key))
		}
		s, d, k := golden.Shape(f.Inputs["features"]), int(num(t, f.Params, "dim")), golden.Shape(f.Inputs["prototypes"])[0]
		temperature := num(t, f.Params, "temperature")
		g := G.NewGraph()
		x := graph.Input(g, "x", golden.Float32s(f.Inputs["features"]), s...)
		c := graph.Input(g, "c", golden.Float32s(f.Inputs["prototypes"]), k, d)
		z := node(t)(encoders.Normalize(x))
		scores := node(t)(vmfNode(node(t)(scoresNode(z, c, true)), c, true, temperature))
		loss := node(t)(dotNode(scores, golden.Float32s(f.Inputs["grad_out"])))
		grads, err := graph.Gradients(loss, x, c)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, append(G.Nodes{loss, scores}, grads...)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		scaled := func(v []float32, by float64) []float64 { // scores are τ times the logits
			out := make([]float64, len(v))
			for i := range v {
				out[i] = float64(v[i]) * by
			}
			return out
		}
		golden.Check(t, f, "logits", scaled(p.Value(scores), 1/temperature), f.Expected["logits"])
		golden.Check(t, f, "gradient of the features", scaled(p.Value(grads[0]), 1/temperature), f.Expected["grad_features"])
		golden.Check(t, f, "gradient of the prototypes", scaled(p.Value(grads[1]), 1/temperature), f.Expected["grad_prototypes"])
		bias := make([]float32, k)
		vmfBias(bias, nil, golden.Float32s(f.Inputs["prototypes"]), d, temperature)
		golden.Check(t, f, "normalisers", scaled(bias, 1/temperature), f.Expected["log_normaliser_of_prototypes"])
	})
}

// dotNode adds Σ x·w.
func dotNode(x *G.Node, w []float32) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "dot", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { out[0] = kernel.Dot(in[0], w) },
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "dot-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dx []float32) {
					for i := range dx {
						dx[i] = w[i] * v[0][0]
					}
				},
			}, grad)
			return G.Nodes{dx}, err
		},
	}, x)
}

// TestLogNormaliserInClosedForm compares with the closed form in three dimensions, C_3 = κ/(4π·sinh κ), and checks in others that A_d
// is the derivative, down to concentrations where densities are nearly uniform.
func TestLogNormaliserInClosedForm(t *testing.T) {
	for _, kappa := range []float64{1e-3, 0.1, 1, 10, 300} {
		want := math.Log(kappa/(2*math.Pi)) - kappa - math.Log1p(-math.Exp(-2*kappa))
		got, mean := logNormaliser(3, kappa)
		langevin := 1/math.Tanh(kappa) - 1/kappa
		if math.Abs(got-want) > 1e-7 || math.Abs(mean-langevin) > 1e-7 {
			t.Errorf("d = 3, κ = %g: %v and %v, want %v and %v", kappa, got, mean, want, langevin)
		}
		for _, d := range []int{2, 5, 64, 129, 512} {
			h := 1e-4 * kappa
			up, _ := logNormaliser(d, kappa+h)
			down, _ := logNormaliser(d, kappa-h)
			if _, mean := logNormaliser(d, kappa); math.Abs((down-up)/(2*h)-mean) > 1e-5*mean+1e-7/h*1e-4 {
				t.Errorf("d = %d, κ = %g: A is %g, -d ln C/dκ %g", d, kappa, mean, (down-up)/(2*h))
			}
		}
	}
}

// TestVMFLengthsMatter: prototypes leave the sphere, usage follows the centred posterior, and with equal lengths and a uniform center the
// targets are those of cosines.
func TestVMFLengthsMatter(t *testing.T) {
	cfg := testConfig(t, "dino-vmf")
	cfg.Train.LR = 0.05
	cfg.Settings.MustSet("prototypes.norm", 0.5)
	tr := start(t, cfg)
	p := tr.host.learners[0].vectors()
	if n := kernel.Norm(p.value[:p.d]); math.Abs(n-0.5) > 1e-6 {
		t.Errorf("the first prototype starts with length %g", n)
	}
	steps(t, tr, batches(cfg), 1)
	cosines := testConfig(t, "dino")
	cosines.Settings.MustSet("prototypes.norm", 0.5)
	o, plain := tr.host.objective.(*dino), newDINO(setting.Read[DINO](cosines.Settings, "dino"), tr.host.head.views, p.k)
	vmf := newDINO(o.DINO, o.v, o.k)
	a, b := make([]float32, len(tr.host.scores)), make([]float32, len(tr.host.scores))
	in := tr.host.head.Input
	in.prototypes = p.initial
	vmf.codes(a, in)
	plain.codes(b, in)
	if !near(a, b) {
		t.Error("at equal lengths vmf targets differ from those of inner products")
	}
	steps(t, tr, batches(cfg), 3)
	low, high := math.Inf(1), 0.0
	for k := range p.k {
		n := kernel.Norm(p.value[k*p.d:][:p.d])
		low, high = min(low, n), max(high, n)
	}
	if high-low < 1e-3 {
		t.Errorf("all lengths stayed within %g and %g", low, high)
	}
	// The argmax of what metrics see is that of the targets of the next step.
	in = tr.host.head.Input
	in.prototypes = p.teacher
	kernel.InnerProducts(nil, in.scores, in.z, p.teacher, len(in.z)/p.d, p.d, p.k)
	seen := tr.Learned()[0].Scores(in.z)
	o.codes(a, in)
	for r := range len(in.z) / p.d {
		if i, j := kernel.Argmax(seen[r*p.k:][:p.k]), kernel.Argmax(a[r*p.k:][:p.k]); i != j {
			t.Errorf("image %d is counted for prototype %d, its target is %d", r, i, j)
		}
	}
	var total float64
	for _, v := range o.vmf.center {
		total += float64(v)
	}
	if math.Abs(total-1) > 1e-4 || slices.Max(o.vmf.center) < 1.01/float32(p.k) {
		t.Errorf("the center sums to %g, its largest entry is %g", total, slices.Max(o.vmf.center))
	}
}

// TestWeightDecayRises: at rise 10 the decay of the last step is nearly ten times that of the first, for weights and prototypes, and biases
// have none.
func TestWeightDecayRises(t *testing.T) {
	cfg := testConfig(t, "dino")
	cfg.Train.DecayRise = 10
	cfg.Settings.MustSet("prototypes.weight_decay", 0.3)
	tr := start(t, cfg)
	check := func(factor float64) {
		t.Helper()
		for _, p := range tr.weights[part.Student].Params {
			if want := cfg.Train.WeightDecay * factor; !p.Exempt() && math.Abs(p.WeightDecay-want) > 0.02*want || p.Exempt() && p.WeightDecay != 0 {
				t.Errorf("%s has weight decay %g, want %g", p.Name, p.WeightDecay, want)
			}
		}
		if d := tr.host.learners[0].params()[0].WeightDecay; math.Abs(d-0.3*factor) > 0.02*factor {
			t.Errorf("prototypes have weight decay %g, want %g", d, 0.3*factor)
		}
	}
	steps(t, tr, batches(cfg), 1)
	check(1)
	steps(t, tr, batches(cfg), cfg.Steps()-1)
	check(9.9)
}

// TestVMFCenterMoves follows the center for one step: a part of the batch's mean posterior, before centring.
func TestVMFCenterMoves(t *testing.T) {
	p := newPosterior(2)
	q := []float32{1, 0, 1, 0}
	p.targets(q, 0.5)
	p.learn(0.75)
	want := []float32{float32(0.75*0.5 + 0.25/(1+math.Exp(-2))), float32(0.75*0.5 + 0.25/(1+math.Exp(2)))}
	if !near(p.center, want) {
		t.Errorf("the center is %v, want %v", p.center, want)
	}
}

// TestVMFScoresFollowTheTemperature: what metrics see has the normalisers at the temperature of the last step's targets, in a resumed run
// too.
func TestVMFScoresFollowTheTemperature(t *testing.T) {
	cfg := testConfig(t, "dino-vmf")
	cfg.Settings.MustSet("dino.warmup_teacher_temperature", 0.5)
	cfg.Settings.MustSet("dino.warmup_teacher_epochs", 3) // 0.5, 0.27, 0.04
	tr, next := start(t, cfg), batches(cfg)
	for _, c := range []struct {
		steps       int
		temperature float64
	}{{0, 0.5}, {4, 0.5}, {1, 0.27}, {4, 0.04}, {3, 0.04}} {
		steps(t, tr, next, c.steps)
		resumed := start(t, cfg)
		if err := resumed.Load(tr.State()); err != nil {
			t.Fatal(err)
		}
		p, o := tr.host.learners[0].vectors(), tr.host.objective.(*dino)
		want := o.vmf.offset(p.teacher, c.temperature, true)
		for i := range want {
			want[i] = -want[i]
		}
		for name, tr := range map[string]*Trainer{"run": tr, "resumed run": resumed} {
			if got := tr.Learned()[0].Scores(make([]float32, p.d)); !near(got, want) {
				t.Errorf("%s after %d steps: scores of no direction are %v, want %v", name, tr.StepCount(), got[:3], want[:3])
			}
		}
	}
}
