package methods

import (
	"slices"
	"strings"
	"testing"

	"protobench/encoders/graph"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// TestNoGradientReachesDecoupledPrototypes asks the graph itself: differentiating the loss by
// prototypes that do not follow it is refused, and allowed where they do.
func TestNoGradientReachesDecoupledPrototypes(t *testing.T) {
	for preset, learn := range map[string]bool{
		"swav": true, "dino": true, "carp": true, "msn": true, "swav+gmm": false, "dino+gmm": false, "carp+gmm": false, "msn+gmm": false,
		"swav+frozen": false, "dino+frozen": false, "carp+kmeans": false, "dino+ema": false, "swav+hyperspherical": false, "dino+epoch-kmeans": false, "swav+self-cluster": false,
		"swav+gmm until 1, kmeans": false, "swav+gmm until 1, joint": true,
	} {
		cfg := composed(t, preset)
		cfg.Composition.Regularizers = []string{"koleo-features"}
		if objective := cfg.Composition.Objective; objective == "swav" || objective == "dino" {
			cfg.Composition.Regularizers = append(cfg.Composition.Regularizers, "me-max")
		}
		tr := start(t, cfg)
		f, err := tr.forward()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := graph.Gradients(f.total, f.prototypes); (err == nil) != learn {
			t.Errorf("%s: differentiating by the prototypes: %v", preset, err)
		}
	}
}

// TestLossScaleLeavesDecoupledPrototypes scales the encoder's loss: the step must leave decoupled
// prototypes bit-equal, whether they are updated before or after the encoder, and move joint ones
// elsewhere.
func TestLossScaleLeavesDecoupledPrototypes(t *testing.T) {
	for preset, learn := range map[string]bool{
		"swav": true, "dino": true, "carp": true, "msn": true, "swav+gmm": false, "dino+gmm": false, "carp+gmm": false, "msn+gmm": false,
		"swav+kmeans": false, "dino+ema": false, "carp+kmeans": false, "swav+self-cluster": false, "dino+epoch-kmeans": false,
		"swav+gmm until 1, joint": false, "swav+joint until 1, gmm": true,
	} {
		for _, order := range []string{"before", "after"} {
			var after [2][]float32
			for i, scale := range []float32{1, 3} {
				cfg := composed(t, preset)
				cfg.Train.Optimizer, cfg.Train.Warmup = "sgd", 0
				cfg.Settings.MustSet("gmm.order", order)
				tr := start(t, cfg)
				tr.host.head.Scale = scale
				if err := tr.buildStudent(); err != nil {
					t.Fatal(err)
				}
				steps(t, tr, batches(cfg), 1)
				after[i] = tr.Learned()[0].Current[part.Student]
			}
			if same := slices.Equal(after[0], after[1]); same == learn {
				t.Errorf("%s, update %s: prototypes equal under another loss: %v", preset, order, same)
			}
		}
	}
}

// composed is a preset's run, or that of a written-out "objective+learner".
func composed(t *testing.T, name string) part.Config {
	t.Helper()
	if _, _, ok := Preset(name); ok {
		return testConfig(t, name)
	}
	objective, learner, _ := strings.Cut(name, "+")
	cfg := testConfig(t, objective)
	cfg.Composition.Learner = learner
	return cfg
}

// TestObserversChangeNothing: the state of a host, prototypes of every learner included, is
// bit-equal with and without observers.
func TestObserversChangeNothing(t *testing.T) {
	for _, host := range []string{
		"swav", "dino", "carp", "msn", "ibot", "dino-vmf", "deepcluster-v2", "dinov2", "dinov3", "swav+kp", "capi",
		"swav+gmm", "dino+frozen", "carp+kmeans", "dino+ema", "msn+hyperspherical", "swav+epoch-kmeans", "carp+self-cluster", "dino+gmm until 0.5, joint",
	} {
		t.Run(host, func(t *testing.T) {
			cfg := composed(t, host)
			plain := start(t, cfg)
			for _, l := range learner.Declarations() {
				cfg.Composition.Observers = append(cfg.Composition.Observers, l.Name)
			}
			watched, next, again := start(t, cfg), batches(cfg), batches(cfg)
			for _, s := range steps(t, plain, next, 5) { // into the second epoch
				if w := steps(t, watched, again, 1)[0]; w.Loss != s.Loss {
					t.Fatalf("loss %v with observers, %v without", w.Loss, s.Loss)
				}
			}
			own := slices.DeleteFunc(watched.State(), func(n part.Named) bool { return strings.HasPrefix(n.Name, "observer.") })
			if d := fixture.Diff(plain.State(), own); d != "" {
				t.Errorf("observers changed their host: %.500s", d)
			}
			if n := len(watched.Learned()); n != 1+len(cfg.Composition.Observers) || n < 9 {
				t.Errorf("%d learners", n)
			}
		})
	}
}

// viewsAt is batch i of [batches].
func viewsAt(cfg part.Config, i int) []float32 {
	next := batches(cfg)
	for range i {
		next()
	}
	return next()
}

// TestShadowFollowsTheSameLoss puts a joint observer beside a joint arm without regularizer: on the
// same embeddings, by the same loss, it has to learn the very same prototypes.
func TestShadowFollowsTheSameLoss(t *testing.T) {
	for _, preset := range []string{"swav", "dino", "carp", "msn", "ibot", "dino-vmf", "dinov3"} {
		cfg := testConfig(t, preset)
		cfg.Train.LocalCrops = 2
		cfg.Composition.Observers = []string{"joint"}
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 5)
		l := tr.Learned()
		if d := fixture.Diff(l[0].Current, l[1].Current); d != "" {
			t.Errorf("%s: the shadow went elsewhere: %.300s", preset, d)
		}
		if slices.Equal(l[0].Initial, l[0].Current[part.Student]) || l[0].Path == 0 {
			t.Errorf("%s: the prototypes did not move", preset)
		}
	}
}

// TestArmsStartAlike checks what is fair between the learners of an objective: encoder and
// prototypes start equal.
func TestArmsStartAlike(t *testing.T) {
	var first []part.Named
	for _, preset := range []string{"swav", "swav+kp", "swav+gmm", "swav+frozen", "dino", "carp", "carp+gmm", "msn", "swav+kmeans", "dino+ema", "swav+self-cluster", "dino+epoch-kmeans", "swav+gmm until 1, joint"} {
		cfg := composed(t, preset)
		cfg.Settings.MustSet("prototypes.init", "random")
		var got []part.Named
		for _, e := range start(t, cfg).State() {
			if e.Name == "arm.learner.effective.student" || len(e.Name) > 8 && e.Name[:8] == "student." {
				got = append(got, e)
			}
		}
		if first == nil {
			first = got
		}
		if d := fixture.Diff(first, got); d != "" {
			t.Errorf("%s starts elsewhere: %.300s", preset, d)
		}
	}
}
