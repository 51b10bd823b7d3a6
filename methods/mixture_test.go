package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/part"

	"pgregory.net/rapid"
)

// drawMixture draws a mixture of any kind.
func drawMixture(t *rapid.T, k, d int) *Mixture {
	cov := rapid.SampledFrom([]string{"shared", "spherical", "diagonal"}).Draw(t, "covariance")
	floor := 1 / (rapid.Float64Range(1, 100).Draw(t, "precision_max") * float64(d))
	m := NewMixture(randomUnit(rapid.Uint64().Draw(t, "seed"), k, d), k, d, cov, floor*rapid.Float64Range(1, 10).Draw(t, "variance"), 1)
	m.VarMin, m.Alpha = floor, rapid.Float64Range(0.01, 2).Draw(t, "alpha")
	m.VMF, m.Kappa = rapid.Bool().Draw(t, "vmf"), rapid.Float64Range(1, 2000).Draw(t, "kappa")
	m.Uniform, m.Lambda = rapid.Bool().Draw(t, "uniform"), rapid.Float64Range(0, 1).Draw(t, "lambda")
	m.Learned = rapid.Bool().Draw(t, "learned")
	if !m.Learned && rapid.Bool().Draw(t, "balanced") {
		m.Balance = 3
	}
	return m
}

// drawEmbeddings draws unit vectors, some of them equal, some batches all on one spot.
func drawEmbeddings(t *rapid.T, n, d int) []float32 {
	noise := rapid.SampledFrom([]float64{0, 1e-4, 0.1, 3}).Draw(t, "noise")
	return clusters(n, rapid.IntRange(1, d).Draw(t, "clusters"), d, noise)
}

// TestMixtureStaysSound updates mixtures of every kind: nothing turns NaN, no variance falls below the floor, the batch's mass is
// shared out whole, and weights are a distribution.
func TestMixtureStaysSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, d := rapid.IntRange(1, 40).Draw(t, "k"), rapid.IntRange(2, 24).Draw(t, "d")
		m := drawMixture(t, k, d)
		for range rapid.IntRange(1, 4).Draw(t, "updates") {
			n := rapid.IntRange(1, 30).Draw(t, "n")
			m.Update(drawEmbeddings(t, n, d), rapid.SampledFrom([]float64{1, 0.3}).Draw(t, "beta"))
			if fault := unsound(m, n); fault != "" {
				t.Fatal(fault)
			}
		}
	})
}

// unsound says what is wrong with a mixture after an update by n embeddings.
func unsound(m *Mixture, n int) string {
	var mass, pi float64
	for c := range m.K {
		mass, pi = mass+m.work.mass[c], pi+m.Pi[c]
		if !(m.N[c] >= 0) || math.IsInf(m.N[c], 0) {
			return "a running mass is negative or not finite"
		}
	}
	switch {
	case math.Abs(mass-float64(n)) > 1e-4*float64(n):
		return "the batch's mass is not shared out"
	case math.Abs(pi-1) > 1e-6:
		return "weights are no distribution"
	case math.IsNaN(m.LogLikelihood()) || math.IsInf(m.LogLikelihood(), 0):
		return "the log-likelihood is not finite"
	}
	for _, v := range slices.Concat(m.Mu, m.Spread) {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return "a parameter is not finite"
		}
	}
	for _, v := range variances(m) {
		if !(v >= m.VarMin) {
			return "a variance is below the floor"
		}
	}
	for _, s := range m.Spread {
		if s < 0 {
			return "a spread is negative"
		}
	}
	return ""
}

// TestMixtureSameForAnyTeam compares bits, over several blocks of embeddings.
func TestMixtureSameForAnyTeam(t *testing.T) {
	for _, cov := range []string{"shared", "spherical", "diagonal"} {
		for _, balance := range []int{0, 3} {
			var first *Mixture
			for _, threads := range []int{1, 2, 5} {
				team := team.New(threads)
				m := NewMixture(randomUnit(1, 300, 70), 300, 70, cov, 1.0/70, 1)
				m.Team, m.Balance, m.VarMin = team, balance, 1e-4
				m.Update(clusters(1100, 30, 70, 0.1), 0.8)
				if fault := unsound(m, 1100); fault != "" {
					t.Errorf("%s, balance %d: %s", cov, balance, fault)
				}
				if top := longest(m.Mu, 70); top > 1.0001 {
					t.Errorf("%s, balance %d: a mean of unit vectors has length %g", cov, balance, top)
				}
				m.Update(clusters(40, 30, 70, 0.2), 1)
				team.Close()
				if held := len(m.work.r) / 300; balance == 0 && held > mixtureBlock {
					t.Errorf("the responsibilities of %d embeddings are held at a time", held)
				}
				if first == nil {
					first = m
				}
				if !slices.Equal(first.Mu, m.Mu) || !slices.Equal(first.Spread, m.Spread) || first.LogLikelihood() != m.LogLikelihood() {
					t.Errorf("%s, balance %d: %d threads change the result", cov, balance, threads)
				}
			}
		}
	}
}

// longest is the norm of the longest row.
func longest(x []float32, d int) float64 {
	var top float64
	for i := 0; i < len(x); i += d {
		top = max(top, kernel.Norm(x[i:i+d]))
	}
	return top
}

// TestMixtureBlocks compares a batch of several blocks with the same embeddings in one, which makes the same sums.
func TestMixtureBlocks(t *testing.T) {
	h := clusters(1100, 20, 20, 0.1)
	var got [2]*Mixture
	for i := range got {
		m := NewMixture(randomUnit(1, 40, 20), 40, 20, "diagonal", 0.05, 1)
		m.VarMin = 1e-4
		if i == 0 {
			m.Update(h, 1)
		} else {
			m.prepare(h)
			m.responsibilities(h, 0, 1100, 1)
			m.accumulate(h, 0, 1100)
			m.maximize()
		}
		got[i] = m
	}
	if !slices.Equal(got[0].Mu, got[1].Mu) || !slices.Equal(got[0].Spread, got[1].Spread) || !slices.Equal(got[0].N, got[1].N) {
		t.Error("blocks change the update")
	}
}

// TestMixtureInFloat32 compares the fast products with differences in float64.
func TestMixtureInFloat32(t *testing.T) {
	for _, cov := range []string{"shared", "spherical", "diagonal"} {
		const k, d = 20, 200
		var got [2]*Mixture
		for i := range got {
			m := NewMixture(randomUnit(1, k, d), k, d, cov, 1.0/d, 1)
			m.VarMin = 1.0 / (8 * d)
			for range 5 {
				h := clusters(80, 10, d, 0.04)
				m.prepare(h)
				if i == 1 {
					m.work.exact = true
					m.prepareExact()
				}
				m.responsibilities(h, 0, 80, 1)
				m.accumulate(h, 0, 80)
				m.maximize()
			}
			got[i] = m
		}
		for i, want := range got[1].Mu {
			if math.Abs(float64(got[0].Mu[i]-want)) > 1e-4 {
				t.Fatalf("%s: mean %d is %g, in float64 %g", cov, i, got[0].Mu[i], want)
			}
		}
		for i, want := range variances(got[1]) {
			if v := variances(got[0])[i]; math.Abs(v-want) > 1e-3*want {
				t.Fatalf("%s: variance %d is %g, in float64 %g", cov, i, v, want)
			}
		}
	}
}

// TestMixtureBalances checks what Sinkhorn-Knopp promises: with enough iterations every component has its share, also one so far
// off that its densities underflow.
func TestMixtureBalances(t *testing.T) {
	const k, d, n = 6, 8, 60
	mu := randomUnit(2, k, d)
	m := NewMixture(mu, k, d, "shared", 1e-2, 1) // squared distances of 2 over twice 0.01: e^-100
	m.Balance, m.VarMin = 3000, 1e-2
	for c, w := range m.Update(clusters(n, 3, d, 0.1), 1) {
		if math.Abs(w-n/k) > 0.1 {
			t.Errorf("component %d has the mass %g, want %d", c, w, n/k)
		}
	}
}

// TestGoldenBalance checks the balancing of logarithms against Sinkhorn-Knopp on the numbers themselves.
func TestGoldenBalance(t *testing.T) {
	t.Run("sinkhorn_swav", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_swav")
		s := golden.Shape(f.Inputs["scores"])
		for _, it := range golden.Ints(f.Params["iterations"]) {
			x := golden.Float32s(f.Inputs["scores"])
			for i := range x {
				x[i] /= float32(num(t, f.Params, "epsilon"))
			}
			new(logBalancer).run(nil, x, s[0], s[1], it)
			golden.Check(t, f, "codes", x, f.Expected[map[int]string{1: "q_iters_1", 3: "q_iters_3", 10: "q_iters_10"}[it]])
		}
	})
}

// TestSteps checks the schedules' forgetting against the recursions that they stand for.
func TestSteps(t *testing.T) {
	cfg := testConfig(t, "swav+gmm")
	for step, size := range map[string]func(t float64) float64{
		"cappe-moulines": func(t float64) float64 { return math.Pow(t+5, -0.7) },
		"liang-klein":    func(t float64) float64 { return math.Pow(t+1, -0.7) }, // (k+2)^-a of update k = t-1
	} {
		for _, forgetting := range []string{"uniform", "responsibility"} {
			cfg.Settings.MustSet("gmm.step", step)
			cfg.Settings.MustSet("gmm.step_power", 0.7)
			cfg.Settings.MustSet("gmm.step_offset", 5)
			cfg.Settings.MustSet("gmm.forgetting", forgetting)
			g := newGMM(cfg, placed(randomUnit(1, 3, 4), 4))
			mean, sum := 0.3, 0.3/size(0)
			for i := 1.0; i < 20; i++ {
				lambda := g.forgetting(i)
				if forgetting == "responsibility" {
					if math.Abs(lambda-(1-size(i))) > 1e-12 {
						t.Errorf("%s: update %g has λ = %g", step, i, lambda)
					}
					continue
				}
				mass := math.Sin(i) + 2
				mean, sum = (1-size(i))*mean+size(i)*mass, lambda*sum+mass
				if math.Abs(sum*size(i)-mean) > 1e-9 {
					t.Errorf("%s: after update %g the statistics are %g, want %g", step, i, sum*size(i), mean)
				}
			}
		}
	}
}

// TestLastingMemory checks that a step of one over the number of updates forgets nothing.
func TestLastingMemory(t *testing.T) {
	cfg := testConfig(t, "swav+gmm")
	cfg.Settings.MustSet("gmm.step", "cappe-moulines")
	cfg.Settings.MustSet("gmm.step_power", 1)
	cfg.Settings.MustSet("gmm.forgetting", "uniform")
	g := newGMM(cfg, placed([]float32{1, 0}, 2))
	in := &stepInput{found: newFound(), perEpoch: 4}
	r := stream.New(1, "memory")
	var seen []float64
	for range 50 {
		z := []float32{float32(r.NormFloat64()), float32(r.NormFloat64())}
		kernel.NormalizeRows(z, z, 1, 2, nil)
		in.z[part.Teacher], seen = z, append(seen, float64(z[1]))
		g.before(in)
	}
	var want float64
	for _, v := range seen {
		want += v / 51 // the start counts as one embedding
	}
	if got := float64(g.m.Mu[1]); math.Abs(got-want) > 1e-5 || math.Abs(g.m.N[0]-51) > 1e-9 {
		t.Errorf("mean %g of mass %g, want %g of 51", got, g.m.N[0], want)
	}
}

// TestBalanceAnyScale checks that a component's scale, however small, changes nothing: the first sum over it takes it out.
func TestBalanceAnyScale(t *testing.T) {
	const n, k = 12, 3
	x, far := make([]float32, n*k), make([]float32, n*k)
	for i, r := 0, stream.New(2, "scale"); i < n*k; i++ {
		x[i] = float32(4 * r.NormFloat64())
		far[i] = x[i] - float32(60*(i%k))
	}
	for _, epsilon := range []float64{0, 1e-8} {
		a, b := slices.Clone(x), slices.Clone(far)
		(&logBalancer{epsilon: epsilon}).run(nil, a, n, k, 3)
		(&logBalancer{epsilon: epsilon}).run(nil, b, n, k, 3)
		for i, v := range b {
			if math.Abs(float64(v-a[i])) > 1e-4 {
				t.Fatalf("ε %g: entry %d is %g, or %g where its component is far off", epsilon, i, a[i], v)
			}
		}
	}
}

// TestMixtureFarOff has components whose distances drown in the squares that float32 products would take them from.
func TestMixtureFarOff(t *testing.T) {
	h := []float32{3000, 3000, 3001, 3000, 3001.25, 3000}
	m := NewMixture(h[:4], 2, 2, "spherical", 0.05, 1)
	m.Lambda, m.Uniform, m.VarMin = 0, true, 1e-3
	m.Update(h, 1)
	if w := m.work.mass; math.Abs(w[0]-1) > 1e-3 || math.Abs(w[1]-2) > 1e-3 {
		t.Errorf("masses %v, want 1 and 2", w)
	}
	if v := variances(m); v[0] != 1e-3 || math.Abs(v[1]-0.125*0.125/2) > 1e-4 || math.Abs(float64(m.Mu[2])-3001.125) > 1e-3 {
		t.Errorf("variances %v, mean %g", v, m.Mu[2])
	}
}

// TestBalancedAnnealing: half the annealing power at twice the concentration is no change, balanced or not.
func TestBalancedAnnealing(t *testing.T) {
	h := randomUnit(5, 40, 6)
	var mu [2][]float32
	for i, beta := range []float64{1, 0.5} {
		m := NewMixture(randomUnit(6, 4, 6), 4, 6, "shared", 1, 1)
		m.VMF, m.Kappa, m.Balance, m.Uniform = true, 3/beta, 3, true
		m.Update(h, beta)
		mu[i] = m.Mu
	}
	if !near(mu[0], mu[1]) {
		t.Errorf("means %v and %v", mu[0], mu[1])
	}
}
