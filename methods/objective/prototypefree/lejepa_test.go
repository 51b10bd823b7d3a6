package prototypefree

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenLeJEPA(t *testing.T) {
	t.Run("lejepa_loss", func(t *testing.T) {
		f := golden.Load(t, "lejepa_loss")
		s := golden.Shape(f.Inputs["projections"])
		v, d := objective.Views{Images: s[1], Global: int(fixture.Num(t, f.Params, "global")), Crops: s[0]}, s[2]
		set := LeJEPA{
			Weight: fixture.Num(t, f.Params, "lambda"), Slices: golden.Shape(f.Inputs["directions"])[1],
			TMax: fixture.Num(t, f.Params, "t_max"), Points: int(fixture.Num(t, f.Params, "points")),
		}
		directions := make([]float32, set.Slices*d) // the file has them in columns
		for i, x := range golden.Float32s(f.Inputs["directions"]) {
			directions[i%set.Slices*d+i/set.Slices] = x
		}
		g := G.NewGraph()
		x := graph.Input(g, "projections", golden.Float32s(f.Inputs["projections"]), v.Crops*v.Images, d)
		invariance := fixture.Node(t)(invarianceNode(x, v))
		e := newEppsPulley(v.Crops*v.Images, d, set)
		statistic := fixture.Node(t)(e.node(x, func() []float32 { return directions }))
		p, err := graph.Compile(g, invariance, statistic)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, f, "invariance", p.Value(invariance), f.Expected["invariance"])
		golden.Check(t, f, "sigreg", p.Value(statistic), f.Expected["sigreg"])
		golden.Check(t, f, "statistic per slice", e.statistic, f.Expected["statistic_per_slice"])

		loss := fixture.Node(t)(graph.Sum([]float32{1, float32(set.Weight)}, invariance, statistic))
		p, grads := fixture.Run(t, g, loss, x)
		golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
		golden.Check(t, f, "gradient", p.Value(grads[0]), f.Expected["grad_projections"])
	})
}

// lejepaLoss is the objective's own loss and gradient of embeddings x [crops·B,D] at a step.
func lejepaLoss(t *testing.T, settings map[string]any, v objective.Views, d, step int, x []float32) (float64, []float32) {
	t.Helper()
	o := newLeJEPA(small(settings), v, d)
	h := objective.NewHead(o, objective.Traits{Unnormalised: true, Free: true}, v, 0, 1, false)
	h.Take(objective.CodeInput{Step: step})
	g := G.NewGraph()
	z := graph.Input(g, "z", x, v.Crops*v.Images, d)
	loss, err := h.Build(z, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, loss, z)
	return float64(p.Value(loss)[0]), slices.Clone(p.Value(grads[0]))
}

// TestLeJEPAGradient compares every number of the gradient with central differences, for local
// crops as well: the mean of an image is that of its global crops and moves with them alone.
func TestLeJEPAGradient(t *testing.T) {
	v, set := objective.Views{Images: 3, Global: 2, Crops: 4}, map[string]any{"lejepa.weight": 0.7, "lejepa.slices": 40}
	const d, h = 5, 1e-2
	x := fixture.Uniform(v.Crops*v.Images*d, "embeddings")
	_, grad := lejepaLoss(t, set, v, d, 3, x)
	for i := range x {
		at := func(by float32) float64 {
			y := slices.Clone(x)
			y[i] += by
			l, _ := lejepaLoss(t, set, v, d, 3, y)
			return l
		}
		if want := (at(h) - at(-h)) / (2 * h); !(math.Abs(float64(grad[i])-want) <= 2e-3*math.Abs(want)+2e-4) {
			t.Errorf("number %d: gradient %g, difference %g", i, grad[i], want)
		}
	}
}

// TestLeJEPADrawsDirectionsAnew: by step and seed, and none where the statistic has no weight.
func TestLeJEPADrawsDirectionsAnew(t *testing.T) {
	v := objective.Views{Images: 8, Global: 2, Crops: 2}
	x := fixture.Uniform(v.Crops*v.Images*6, "embeddings")
	loss := func(weight float64, step int) float64 {
		l, _ := lejepaLoss(t, map[string]any{"lejepa.weight": weight, "lejepa.slices": 4}, v, 6, step, x)
		return l
	}
	if loss(1, 0) == loss(1, 1) || loss(1, 1) != loss(1, 1) {
		t.Errorf("losses %g at a step and %g at the next", loss(1, 0), loss(1, 1))
	}
	if loss(0, 0) != loss(0, 1) || loss(0, 0) >= loss(1, 0) {
		t.Errorf("without the statistic %g and %g", loss(0, 0), loss(0, 1))
	}
	o := newLeJEPA(small(map[string]any{"lejepa.slices": 7}), v, 6)
	if a := o.directions(2); len(a) != 7*6 || fixture.Unit(a, 6) != 7 {
		t.Errorf("%d numbers, %d directions of length 1", len(a), fixture.Unit(a, 6))
	}
}

// TestEppsPulleyKnowsTheNormal: a normal sample has a statistic near that of none at all, its
// expectation ∫ (1 - exp(-t²))·exp(-t²/2) dt = √2π·(1 - 1/√3) ≈ 1.06 over all t; constants, two
// points and a scale that is off have far larger ones.
func TestEppsPulleyKnowsTheNormal(t *testing.T) {
	const n, d = 256, 3
	normal := fixture.Normal(n*d, "normal")
	scaled, constant, signs := slices.Clone(normal), make([]float32, n*d), slices.Clone(normal)
	for i, x := range normal {
		scaled[i] = 3 * x
		signs[i] = float32(math.Copysign(1, float64(x)))
	}
	statistic := func(x []float32) float64 {
		e := newEppsPulley(n, d, LeJEPA{Slices: 3, TMax: 5, Points: 200})
		e.directions = []float32{1, 0, 0, 0, 1, 0, 0, 0, 1}
		return e.mean(nil, x)
	}
	if s := statistic(normal); !(s > 0.3 && s < 2.5) {
		t.Errorf("statistic of normal numbers %g, expected about 1.06", s)
	}
	for name, x := range map[string][]float32{"threefold": scaled, "constant": constant, "signs": signs} {
		if s := statistic(x); s < 20 {
			t.Errorf("%s: statistic %g", name, s)
		}
	}
}

// TestLeJEPAOnTeams: directions are shared between threads, and the bits are those of one.
func TestLeJEPAOnTeams(t *testing.T) {
	const n, d = 40, 8
	x, set := fixture.Uniform(n*d, "embeddings"), LeJEPA{Slices: 3*sliceChunk + 5, TMax: 3, Points: 17}
	o := &lejepa{LeJEPA: set, d: d}
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		e := newEppsPulley(n, d, set)
		e.directions = o.directions(1)
		out := make([]float32, n*d+1)
		out[n*d] = float32(e.mean(team, x))
		e.gradient(team, out[:n*d], 1)
		return out
	})
}

// TestLeJEPAIsItsPapers compares the faithful form with the authors' example.
func TestLeJEPAIsItsPapers(t *testing.T) {
	d := DeclareLeJEPA()
	if d.Preset == "" || !d.Owns() {
		t.Fatalf("preset %q, owner %v", d.Preset, d.Owns())
	}
	got := d.Faithful(part.Train{Batch: 512, Epochs: 60})
	for key, want := range map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 16, // MLP(512, [2048, 2048, proj_dim = 16]) with batch norm
		"train.optimizer": "adamw", "train.lr": 4e-3, "train.final_lr": 2e-3, "train.warmup": 1.0 / 800, // lr 2e-3 and eta_min 1e-3 at bs 256, one of 800 epochs
		"train.weight_decay": 0.05, "train.weight_decay_rise": 1.0, "train.clip": 0.0, // weight_decay 5e-2, no clipping
		"lejepa.weight": 0.02, "lejepa.slices": 1024, "lejepa.t_max": 3.0, "lejepa.points": 17, // stable-pretraining: LeJEPA
	} {
		if got[key] != want {
			t.Errorf("%s is %v, the paper has %v", key, got[key], want)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("of the example's settings nothing is known of %v", got)
	}
	s := LeJEPA{Weight: small(nil).Settings.Float("lejepa.weight"), Slices: small(nil).Settings.Int("lejepa.slices"), TMax: small(nil).Settings.Float("lejepa.t_max"), Points: small(nil).Settings.Int("lejepa.points")}
	if s != (LeJEPA{0.02, 1024, 3, 17}) {
		t.Errorf("defaults %+v", s)
	}
}
