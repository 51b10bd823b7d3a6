package distillation

import (
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

func TestGoldenPMSN(t *testing.T) {
	t.Run("pmsn_prior", func(t *testing.T) {
		f := golden.Load(t, "pmsn_prior")
		as, ps := golden.Shape(f.Inputs["anchors"]), golden.Shape(f.Inputs["prototypes"])
		prior := powerLaw(ps[0], fixture.Num(t, f.Params, "exponent"))
		golden.Check(t, f, "prior", prior, f.Expected["prior"])
		g := G.NewGraph()
		a := graph.Input(g, "anchors", golden.Float32s(f.Inputs["anchors"]), as...)
		c := graph.Input(g, "prototypes", golden.Float32s(f.Inputs["prototypes"]), ps...)
		s := fixture.Node(t)(term.ScoresNode(fixture.Node(t)(encoders.Normalize(a)), fixture.Node(t)(encoders.Normalize(c)), true))
		kl := fixture.Node(t)(priorNode(s, prior, float32(fixture.Num(t, f.Params, "tau"))))
		p, grads := fixture.Run(t, g, kl, a, c)
		golden.Check(t, f, "kl", p.Value(kl), f.Expected["kl"])
		golden.Check(t, f, "grad_anchors", p.Value(grads[0]), f.Expected["grad_anchors"])
		golden.Check(t, f, "grad_prototypes", p.Value(grads[1]), f.Expected["grad_prototypes"])
	})
}

// TestPMSNTargets: targets are sharpened and not balanced, and a uniform prior is a power law of
// exponent 0.
func TestPMSNTargets(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 2, "pmsn.prior": "uniform"})
	o := newPMSN(cfg)
	if o.prior[0] != 0.5 || o.prior[1] != 0.5 {
		t.Errorf("a uniform prior is %v", o.prior)
	}
	q := make([]float32, 4)
	o.Codes(q, objective.CodeInput{Scores: []float32{1, 0, 1, 0}})
	if q[0] < 0.99 || q[2] < 0.99 {
		t.Errorf("two images of one prototype have targets %v", q)
	}
	if traits := DeclarePMSN().Traits(cfg.Settings); traits.Targets != part.Teacher || !traits.WeightNorm {
		t.Errorf("%+v", traits)
	}
}

// TestFaithfulPMSN: the recipe is MSN's official one with the prior in place of me-max and of
// balanced targets.
func TestFaithfulPMSN(t *testing.T) {
	var train part.Train
	train.Batch, train.Epochs = 1024, 800
	got := faithfulPMSN(train)
	for key, want := range map[string]any{
		"pmsn.prior": "power-law", "pmsn.exponent": 0.25, "pmsn.weight": 1.0, // lightly's PMSNLoss
		"msn.sharpen": 0.25, "msn.entropy_weight": 0.0, "loss.temperature": 0.1, // Assran et al. 2022, official ViT-S configuration
		"train.warmup": 0.02, "train.clip": 3.0, "encoder.hidden": 2048, "encoder.dim": 256,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, the paper has %v", key, got[key], want)
		}
	}
	for _, key := range []string{"msn.me_max_weight", "msn.sinkhorn", "msn.iterations"} {
		if v, ok := got[key]; ok {
			t.Errorf("%s is set to %v, which the prior replaces", key, v)
		}
	}
}
