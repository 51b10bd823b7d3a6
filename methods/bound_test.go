package methods

import (
	"strings"
	"testing"

	"protobench/methods/part"
)

// TestBoundGradient compares the gradients of the encoder's weights with finite differences, for
// the objectives that make scores or losses of their own.
func TestBoundGradient(t *testing.T) {
	for _, preset := range []string{"smog", "pcl", "sela", "massl", "lejepa", "sop"} {
		t.Run(preset, func(t *testing.T) {
			cfg := testConfig(t, preset)
			cfg.Composition.Regularizers = []string{"koleo-features"}
			cfg.Settings.MustSet("prototypes.count", 4)
			tr, next := start(t, cfg), batches(cfg)
			steps(t, tr, next, 5) // pcl has clusters then
			x := next()
			checkGradient(t, tr, x, "encoder")
			if preset == "sela" {
				checkGradient(t, tr, x, "prototypes")
			}
			if len(tr.host.extra) > 0 {
				checkGradient(t, tr, x, "extra")
			}
		})
	}
}

func TestBoundObjectivesTakeNothingElse(t *testing.T) {
	const plain = "plain"
	for want, c := range map[string]part.Composition{
		"leave the learner out":                   {Objective: "smog", Learner: "gmm", Embedding: plain},
		"works with no other":                     {Objective: "swav", Learner: "pcl", Embedding: plain},
		"objective \"sela\" and works with":       {Objective: "dino", Learner: "joint until 2, sela", Embedding: plain},
		"drop observers":                          {Objective: "pcl", Learner: "pcl", Observers: []string{"gmm"}, Embedding: plain},
		"cannot watch":                            {Objective: "swav", Learner: "joint", Observers: []string{"massl"}, Embedding: plain},
		"me-max acts on prototypes or on predict": {Objective: "sela", Learner: "sela", Regularizers: []string{"me-max"}, Embedding: plain},
	} {
		if err := CheckComposition(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want an error with %q", c, err, want)
		}
	}
	c := Complete(part.Composition{Objective: "massl", Regularizers: []string{"koleo-features"}, Embedding: "centred"})
	if err := CheckComposition(c); err != nil || c.Learner != "massl" {
		t.Errorf("learner %q: %v", c.Learner, err)
	}
	if c := Complete(part.Composition{Objective: "swav"}); c.Learner != "" {
		t.Errorf("swav implies learner %q", c.Learner)
	}
}
