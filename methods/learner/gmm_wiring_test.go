package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestGMMMemory computes λ from the settings: 1/(1-λ) units of responsibility are memory passes
// over the images shared by K components, or, with uniform forgetting, as many steps of both views
// of a batch; at least 2.
func TestGMMMemory(t *testing.T) {
	for _, c := range []struct {
		forgetting string
		memory     float64
		units      float64
	}{
		{"responsibility", 3, 3 * 64 / 4.0},
		{"responsibility", 1, 64 / 4.0},
		{"uniform", 3, 3 * 64 / 32.0},
		{"uniform", 1.5, 1.5 * 64 / 32.0},
		{"responsibility", 0.01, 2},
		{"uniform", 0.5, 2},
	} {
		cfg := small(map[string]any{"gmm.forgetting": c.forgetting, "gmm.memory": c.memory}) // 64 images, batches of 16
		g := newGMM(cfg, placed(fixture.RandomUnit(1, 4, 3), 3))
		if got := 1 / (1 - g.forgetting(1)); !(math.Abs(got-c.units) <= 1e-9*c.units) {
			t.Errorf("%s, memory %g: remembers %g units, want %g", c.forgetting, c.memory, got, c.units)
		}
	}
}

// TestGMMSettings checks what of the table reaches the mixture, precisions in units of D.
func TestGMMSettings(t *testing.T) {
	const k, d = 4, 5
	cfg := small(map[string]any{
		"gmm.precision": 2, "gmm.precision_max": 8, "gmm.weights": "learned", "gmm.smoothing": 0.25, "gmm.covariance": "spherical", "gmm.forgetting": "uniform",
	})
	m := newGMM(cfg, placed(fixture.RandomUnit(1, k, d), d)).m
	if m.Covariance != "spherical" || !m.Learned || !m.Uniform || m.VMF || m.Balance != 0 || m.Alpha != 0.25 {
		t.Errorf("mixture %+v", m)
	}
	if !(math.Abs(float64(m.Within[2])-1/(2.0*d)) <= 1e-7) || !(math.Abs(m.VarMin-1/(8.0*d)) <= 1e-12) || m.N[3] != 1 {
		t.Errorf("variance %g above %g, mass %g", m.Within[2], m.VarMin, m.N[3])
	}
	cfg = small(map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": 2, "gmm.weights": "sinkhorn", "gmm.iterations": 7})
	m = newGMM(cfg, placed(fixture.RandomUnit(1, k, d), d)).m
	if !m.VMF || m.Kappa != 2*d || m.Learned || m.Balance != 7 || m.Uniform {
		t.Errorf("mixture %+v", m)
	}
}

// TestGMMOrderAndFeed has one component, whose mean after an update is known: with mass 1 at the
// start, a batch of one embedding has the weight 1/(1+λ). It has to move when the order says so,
// towards the branch that feeds it.
func TestGMMOrderAndFeed(t *testing.T) {
	for _, c := range []struct{ order, feed string }{{"before", "teacher"}, {"after", "teacher"}, {"after", "student"}} {
		cfg := small(map[string]any{"gmm.order": c.order, "gmm.feed": c.feed, "gmm.memory": 1.0 / 16}) // 4 units
		g := newGMM(cfg, placed([]float32{1, 0, 0}, 3))
		g.Adopt()
		in := &Step{PerEpoch: 4, Found: NewFound()}
		in.Z[part.Teacher], in.Z[part.Student] = []float32{0, 1, 0}, []float32{0, 0, 1}
		at := map[string]int{"teacher": 1, "student": 2}[c.feed]
		rho := 1 / (1 + 0.75)
		moved := make([]float32, 3)
		moved[0], moved[at] = float32((1-rho)/math.Hypot(1-rho, rho)), float32(rho/math.Hypot(1-rho, rho))
		still := []float32{1, 0, 0}
		g.Before(in)
		want := still
		if c.order == "before" {
			want = moved
		}
		if !fixture.Near(g.P.Effective[part.Teacher], want) {
			t.Errorf("%+v: before the student's step the prototype is at %v, want %v", c, g.P.Effective[part.Teacher], want)
		}
		g.After(in)
		if !fixture.Near(g.P.Effective[part.Student], moved) || g.updates[0] != 1 {
			t.Errorf("%+v: after the step the prototype is at %v, want %v, %g updates", c, g.P.Effective[part.Student], moved, g.updates[0])
		}
	}
}

// TestGMMEvery: updates come at every n-th step, from the first on.
func TestGMMEvery(t *testing.T) {
	g := newGMM(small(map[string]any{"gmm.every": 3}), placed([]float32{1, 0, 0}, 3))
	in := &Step{PerEpoch: 4, Found: NewFound()}
	var at []int
	for i := range 8 {
		in.Index, in.Z[part.Teacher] = i, fixture.RandomUnit(uint64(i), 2, 3)
		before := slices.Clone(g.P.Value)
		if g.Before(in); !slices.Equal(before, g.P.Value) {
			at = append(at, i)
		}
	}
	if !slices.Equal(at, []int{0, 3, 6}) || g.updates[0] != 3 {
		t.Errorf("updates at steps %v, %g counted", at, g.updates[0])
	}
}

// TestGMMAnneals: the power of the responsibilities rises linearly over the given epochs and stays
// at 1. With vMF responsibilities a power is the same as so much less concentration.
func TestGMMAnneals(t *testing.T) {
	const k, d = 3, 4
	annealed := map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": 2.0, "gmm.anneal_start": 0.25, "gmm.anneal_epochs": 4.0}
	for epoch, beta := range map[float64]float64{0: 0.25, 1: 0.4375, 2: 0.625, 3: 0.8125, 4: 1, 9: 1} {
		g := newGMM(small(annealed), placed(fixture.RandomUnit(1, k, d), d))
		if got := g.beta(epoch); !(math.Abs(got-beta) <= 1e-12) {
			t.Errorf("epoch %g: power %g, want %g", epoch, got, beta)
		}
		plain := newGMM(small(map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": 2 * beta}), placed(fixture.RandomUnit(1, k, d), d))
		in := &Step{Epoch: epoch, PerEpoch: 4, Found: NewFound()}
		in.Z[part.Teacher] = fixture.RandomUnit(2, 10, d)
		g.Before(in)
		plain.Before(in)
		if !fixture.Near(g.P.Value, plain.P.Value) {
			t.Errorf("epoch %g: prototypes %v, want %v", epoch, g.P.Value, plain.P.Value)
		}
	}
}

// TestGMMAdopts: a mixture that takes prototypes over forgets what it knew, the number of its
// updates included.
func TestGMMAdopts(t *testing.T) {
	const k, d = 3, 4
	g := newGMM(small(map[string]any{"gmm.step": "liang-klein", "gmm.step_power": 0.7}), placed(fixture.RandomUnit(1, k, d), d))
	in := &Step{PerEpoch: 4, Found: NewFound()}
	in.Z[part.Teacher] = fixture.RandomUnit(2, 10, d)
	for range 3 {
		g.Before(in)
	}
	if want := math.Pow(4, -0.7); !(math.Abs(in.Found.Values["gmm.step"]-want) <= 1e-12) {
		t.Errorf("the third step is %g, want %g", in.Found.Values["gmm.step"], want)
	}
	copy(g.P.Value, fixture.RandomUnit(3, k, d))
	g.Adopt()
	if !slices.Equal(g.m.Mu, g.P.Value) || !slices.Equal(g.P.Effective[part.Teacher], g.P.Effective[part.Student]) || !(math.Abs(g.m.Pooled[0]-1.0/d) <= 1e-12) {
		t.Errorf("means %v of prototypes %v, variance %g", g.m.Mu, g.P.Value, g.m.Pooled[0])
	}
	for c, n := range g.m.N {
		if n != 1 {
			t.Errorf("component %d starts with the mass %g", c, n)
		}
	}
	g.Before(in)
	if want := math.Pow(2, -0.7); !(math.Abs(in.Found.Values["gmm.step"]-want) <= 1e-12) {
		t.Errorf("the first step after is %g, want %g", in.Found.Values["gmm.step"], want)
	}
}

// TestGMMNotes: the precision is told in units of D, the likelihood where it means something, the
// step where it is not constant.
func TestGMMNotes(t *testing.T) {
	const k, d = 3, 4
	for _, c := range []struct {
		responsibilities, step string
		want                   []string
	}{
		{"gaussian", "constant", []string{"gmm.log_likelihood", "gmm.precision"}},
		{"vmf", "constant", []string{"gmm.precision"}},
		{"gaussian", "liang-klein", []string{"gmm.log_likelihood", "gmm.precision", "gmm.step"}},
	} {
		g := newGMM(small(map[string]any{"gmm.responsibilities": c.responsibilities, "gmm.step": c.step}), placed(fixture.RandomUnit(1, k, d), d))
		in := &Step{PerEpoch: 4, Found: NewFound()}
		in.Z[part.Teacher] = fixture.RandomUnit(2, 10, d)
		g.Before(in)
		for _, name := range []string{"gmm.log_likelihood", "gmm.precision", "gmm.step"} {
			if _, ok := in.Found.Values[name]; ok != slices.Contains(c.want, name) {
				t.Errorf("%+v: %s noted: %v", c, name, ok)
			}
		}
		if got, want := in.Found.Values["gmm.precision"], 1/(g.m.Pooled[0]*d); !(math.Abs(got-want) <= 1e-9) {
			t.Errorf("precision %g, want %g", got, want)
		}
	}
}

// TestGMMMove: a component that is moved is worth one embedding at its new place, and both branches
// see it there.
func TestGMMMove(t *testing.T) {
	g := newGMM(small(nil), placed([]float32{1, 0, 0, 1}, 2))
	g.m.N[1] = 9
	g.Move(1, []float32{0.6, 0.8})
	want := []float32{1, 0, 0.6, 0.8}
	if !slices.Equal(g.m.Mu, want) || !fixture.Near(g.P.Value, want) || !fixture.Near(g.P.Effective[part.Teacher], want) || g.m.N[1] != 1 {
		t.Errorf("means %v, prototypes %v, mass %v", g.m.Mu, g.P.Value, g.m.N)
	}
}

// TestGMMRefuses the settings that exclude each other, and those alone.
func TestGMMRefuses(t *testing.T) {
	d := gmmPart()
	for _, c := range []struct {
		keys map[string]any
		want []string
	}{
		{nil, nil},
		{map[string]any{"gmm.feed": "student"}, []string{"gmm.feed"}},
		{map[string]any{"gmm.feed": "student", "gmm.order": "after"}, nil},
		{map[string]any{"gmm.precision": 5}, []string{"gmm.precision"}},
		{map[string]any{"gmm.precision": 4}, nil},
		{map[string]any{"gmm.precision": 5, "gmm.responsibilities": "vmf"}, nil},
	} {
		var got []string
		for _, e := range d.Check(small(c.keys)) {
			got = append(got, e.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: refused %v, want %v", c.keys, got, c.want)
		}
	}
	if onsets := d.Onsets(small(nil)); onsets != nil {
		t.Errorf("without annealing something sets in: %v", onsets)
	}
	if onsets := d.Onsets(small(map[string]any{"gmm.anneal_start": 0.5, "gmm.anneal_epochs": 3})); len(onsets) != 1 || onsets[0].Epoch != 3 {
		t.Errorf("annealing sets in at %v", onsets)
	}
}
