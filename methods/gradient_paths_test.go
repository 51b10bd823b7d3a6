package methods

import (
	"slices"
	"strings"
	"testing"

	"protobench/encoders/graph"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// path is a gradient's way through an arm, as its learner declares it.
type path struct {
	learner string
	steps   int  // done before the one that is looked at; an epoch has 4
	graph   bool // whether the graph has the gradient of the prototypes
	follows bool // whether they move by it in that step
}

// paths are those of joint, frozen and decoupled learners, and of schedules that couple, uncouple
// and couple once more late, in each of their phases.
var paths = []path{
	{"joint", 2, true, true}, {"frozen", 2, false, false}, {"gmm", 2, false, false}, {"kmeans", 2, false, false},
	{"gmm until 1, joint", 2, true, false}, {"gmm until 1, joint", 5, true, true},
	{"frozen until 1, joint", 2, true, false}, {"frozen until 1, joint", 5, true, true},
	{"joint until 1, gmm", 2, true, true}, {"joint until 1, gmm", 5, true, false},
	{"gmm until 1, joint until 2, frozen", 2, true, false}, {"gmm until 1, joint until 2, frozen", 5, true, true}, {"gmm until 1, joint until 2, frozen", 9, true, false},
	{"gmm until 1, frozen", 5, false, false},
}

// pathConfig is a run by plain gradient descent, so that steps add up as gradients do.
func pathConfig(t *testing.T, objective, learner string) part.Config {
	t.Helper()
	cfg := testConfig(t, objective)
	cfg.Composition.Learner = learner
	cfg.Train.Optimizer, cfg.Train.Momentum, cfg.Train.Warmup = "sgd", 0, 0
	if err := CheckComposition(cfg.Composition); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// at is a trainer in a given state whose encoder's loss has a scale.
func at(t *testing.T, cfg part.Config, state []part.Named, scale float32) *Trainer {
	t.Helper()
	tr := start(t, cfg)
	tr.host.head.Scale = scale
	if err := tr.buildStudent(); err != nil {
		t.Fatal(err)
	}
	if err := tr.Load(state); err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestGradientPathsToPrototypes: the graph has a gradient of the prototypes where it is declared,
// and in the step at hand they move by it where their learner is in charge: three times the
// encoder's loss moves them elsewhere then, and leaves them bit-equal otherwise. The encoder follows
// the loss in any case.
func TestGradientPathsToPrototypes(t *testing.T) {
	for _, objective := range []string{"swav", "dino", "msn"} {
		for _, p := range paths {
			cfg := pathConfig(t, objective, p.learner)
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), p.steps)
			state, views := tr.State(), viewsAt(cfg, p.steps)
			f, err := tr.forward()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := graph.Gradients(f.total, f.prototypes); (err == nil) != p.graph {
				t.Errorf("%s+%s: differentiating by the prototypes: %v", objective, p.learner, err)
			}
			var prototypes, encoder [2][]float32
			for i, scale := range []float32{1, 3} {
				tr := at(t, cfg, state, scale)
				steps(t, tr, func() []float32 { return views }, 1)
				prototypes[i] = slices.Clone(tr.host.all().Value)
				encoder[i] = slices.Clone(tr.weights[part.Student].Params[0].Value)
			}
			if follows := !slices.Equal(prototypes[0], prototypes[1]); follows != p.follows {
				t.Errorf("%s+%s after %d steps: prototypes follow the encoder's loss: %v", objective, p.learner, p.steps, follows)
			}
			if slices.Equal(encoder[0], encoder[1]) {
				t.Errorf("%s+%s: the encoder does not follow its loss", objective, p.learner)
			}
		}
	}
}

// TestGradientPathsToTheEncoder: the arm's own prototypes, whoever moves them, decide where the
// encoder goes; those of observers, shadows included, do not stand in its graph at all, and moving
// them changes no bit of it.
func TestGradientPathsToTheEncoder(t *testing.T) {
	for _, p := range paths {
		cfg := pathConfig(t, "swav", p.learner)
		cfg.Composition.Observers = []string{"joint", "frozen", "gmm"}
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), p.steps)
		f, err := tr.forward()
		if err != nil {
			t.Fatal(err)
		}
		if n := prototypesIn(f.g); n != 1 {
			t.Errorf("%s: %d sets of prototypes in the student's graph", p.learner, n)
		}
		state, views := tr.State(), viewsAt(cfg, p.steps)
		after := func(prefix string) []float32 {
			tr := at(t, cfg, elsewhere(state, prefix), 1)
			steps(t, tr, func() []float32 { return views }, 1)
			return slices.Clone(tr.weights[part.Student].Params[0].Value)
		}
		as := after("nothing")
		if slices.Equal(as, after("arm.learner.")) {
			t.Errorf("%s after %d steps: the encoder does not see its prototypes", p.learner, p.steps)
		}
		if !slices.Equal(as, after("observer.")) {
			t.Errorf("%s after %d steps: an observer's prototypes changed the encoder", p.learner, p.steps)
		}
	}
}

// elsewhere is a state whose prototypes under a prefix, and what learners make them of, are others.
func elsewhere(state []part.Named, prefix string) []part.Named {
	out := part.CopyOut(state)
	for _, n := range out {
		place := n.Name[strings.LastIndex(n.Name, ".")+1:]
		if !strings.HasPrefix(n.Name, prefix) || !slices.Contains([]string{"value", "teacher", "mu", "mean"}, place) {
			continue
		}
		for i, v := range fixture.RandomUnit(77, n.Shape[0], max(len(n.F32), len(n.F64))/n.Shape[0]) {
			if n.F32 != nil {
				n.F32[i] = v
			} else {
				n.F64[i] = float64(v)
			}
		}
	}
	return out
}

// prototypesIn counts the inputs of a graph that are prototypes.
func prototypesIn(g *G.ExprGraph) (n int) {
	for _, node := range g.AllNodes() {
		if node.Name() == "prototypes" {
			n++
		}
	}
	return n
}

// TestGradientPathsOfAShadow: a joint observer's prototypes follow its own loss beside any host,
// also one whose prototypes nothing reaches, and never the scale of the host's.
func TestGradientPathsOfAShadow(t *testing.T) {
	for _, host := range []string{"joint", "frozen", "gmm", "gmm until 1, joint"} {
		cfg := pathConfig(t, "swav", host)
		cfg.Composition.Observers = []string{"joint", "frozen"}
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 2)
		state, views := tr.State(), viewsAt(cfg, 2)
		var shadow [3][]float32
		for i, scales := range [][2]float32{{1, 1}, {3, 1}, {1, 3}} {
			tr := at(t, cfg, state, scales[0])
			o := tr.observers[0]
			o.head.Scale = scales[1]
			if err := o.buildAlone(cfg.Encoder.Dim); err != nil {
				t.Fatal(err)
			}
			before := slices.Clone(tr.observers[1].all().Value)
			steps(t, tr, func() []float32 { return views }, 1)
			shadow[i] = slices.Clone(o.all().Value)
			if !slices.Equal(before, tr.observers[1].all().Value) || tr.observers[1].program != nil {
				t.Errorf("beside %s: a frozen observer moved, or has a graph", host)
			}
		}
		if !slices.Equal(shadow[0], shadow[1]) {
			t.Errorf("beside %s: the shadow follows its host's loss", host)
		}
		if slices.Equal(shadow[0], shadow[2]) || slices.Equal(shadow[0], tr.observers[0].all().Value) {
			t.Errorf("beside %s: the shadow does not follow its own loss", host)
		}
	}
}
