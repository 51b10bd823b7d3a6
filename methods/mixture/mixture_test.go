package mixture

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"

	"pgregory.net/rapid"
)

// drawMixture draws a mixture of any kind.
func drawMixture(t *rapid.T, k, d int) *Mixture {
	cov := rapid.SampledFrom([]string{"shared", "spherical", "diagonal"}).Draw(t, "covariance")
	floor := 1 / (rapid.Float64Range(1, 100).Draw(t, "precision_max") * float64(d))
	m := New(fixture.RandomUnit(rapid.Uint64().Draw(t, "seed"), k, d), k, d, cov, floor*rapid.Float64Range(1, 10).Draw(t, "variance"), 1)
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
	return fixture.Clusters(n, rapid.IntRange(1, d).Draw(t, "clusters"), d, noise)
}

// TestMixtureStaysSound updates mixtures of every kind: nothing turns NaN, no variance falls below
// the floor, the batch's mass is shared out whole, and weights are a distribution.
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
	for _, v := range slices.Concat(m.Mu, m.Within) {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return "a parameter is not finite"
		}
	}
	for _, v := range variances(m) {
		if !(v >= m.VarMin) {
			return "a variance is below the floor"
		}
	}
	for _, s := range m.Within {
		if s < 0 {
			return "a within is negative"
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
				m := New(fixture.RandomUnit(1, 300, 70), 300, 70, cov, 1.0/70, 1)
				m.Team, m.Balance, m.VarMin = team, balance, 1e-4
				m.Update(fixture.Clusters(1100, 30, 70, 0.1), 0.8)
				if fault := unsound(m, 1100); fault != "" {
					t.Errorf("%s, balance %d: %s", cov, balance, fault)
				}
				if top := longest(m.Mu, 70); top > 1.0001 {
					t.Errorf("%s, balance %d: a mean of unit vectors has length %g", cov, balance, top)
				}
				m.Update(fixture.Clusters(40, 30, 70, 0.2), 1)
				team.Close()
				if held := len(m.work.r) / 300; balance == 0 && held > mixtureBlock {
					t.Errorf("the responsibilities of %d embeddings are held at a time", held)
				}
				if first == nil {
					first = m
				}
				if !slices.Equal(first.Mu, m.Mu) || !slices.Equal(first.Within, m.Within) || first.LogLikelihood() != m.LogLikelihood() {
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

// TestMixtureBlocks compares a batch of several blocks with the same embeddings in one, which makes
// the same sums.
func TestMixtureBlocks(t *testing.T) {
	h := fixture.Clusters(1100, 20, 20, 0.1)
	var got [2]*Mixture
	for i := range got {
		m := New(fixture.RandomUnit(1, 40, 20), 40, 20, "diagonal", 0.05, 1)
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
	if !slices.Equal(got[0].Mu, got[1].Mu) || !slices.Equal(got[0].Within, got[1].Within) || !slices.Equal(got[0].N, got[1].N) {
		t.Error("blocks change the update")
	}
}

// TestMixtureInFloat32 compares the fast products with differences in float64.
func TestMixtureInFloat32(t *testing.T) {
	for _, cov := range []string{"shared", "spherical", "diagonal"} {
		const k, d = 20, 200
		var got [2]*Mixture
		for i := range got {
			m := New(fixture.RandomUnit(1, k, d), k, d, cov, 1.0/d, 1)
			m.VarMin = 1.0 / (8 * d)
			for range 5 {
				h := fixture.Clusters(80, 10, d, 0.04)
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
			if !(math.Abs(float64(got[0].Mu[i]-want)) <= 1e-4) {
				t.Fatalf("%s: mean %d is %g, in float64 %g", cov, i, got[0].Mu[i], want)
			}
		}
		for i, want := range variances(got[1]) {
			if v := variances(got[0])[i]; !(math.Abs(v-want) <= 1e-3*want) {
				t.Fatalf("%s: variance %d is %g, in float64 %g", cov, i, v, want)
			}
		}
	}
}

// TestMixtureBalances checks what Sinkhorn-Knopp promises: with enough iterations every component
// has its share, also one so far off that its densities underflow.
func TestMixtureBalances(t *testing.T) {
	const k, d, n = 6, 8, 60
	mu := fixture.RandomUnit(2, k, d)
	m := New(mu, k, d, "shared", 1e-2, 1) // squared distances of 2 over twice 0.01: e^-100
	m.Balance, m.VarMin = 3000, 1e-2
	for c, w := range m.Update(fixture.Clusters(n, 3, d, 0.1), 1) {
		if !(math.Abs(w-n/k) <= 0.1) {
			t.Errorf("component %d has the mass %g, want %d", c, w, n/k)
		}
	}
}

// TestMixtureFarOff has components whose distances drown in the squares that float32 products would
// take them from.
func TestMixtureFarOff(t *testing.T) {
	h := []float32{3000, 3000, 3001, 3000, 3001.25, 3000}
	m := New(h[:4], 2, 2, "spherical", 0.05, 1)
	m.Lambda, m.Uniform, m.VarMin = 0, true, 1e-3
	m.Update(h, 1)
	if w := m.work.mass; !(math.Abs(w[0]-1) <= 1e-3) || !(math.Abs(w[1]-2) <= 1e-3) {
		t.Errorf("masses %v, want 1 and 2", w)
	}
	if v := variances(m); v[0] != 1e-3 || !(math.Abs(v[1]-0.125*0.125/2) <= 1e-4) || !(math.Abs(float64(m.Mu[2])-3001.125) <= 1e-3) {
		t.Errorf("variances %v, mean %g", v, m.Mu[2])
	}
}

// TestBalancedAnnealing: half the annealing power at twice the concentration is no change, balanced
// or not.
func TestBalancedAnnealing(t *testing.T) {
	h := fixture.RandomUnit(5, 40, 6)
	var mu [2][]float32
	for i, beta := range []float64{1, 0.5} {
		m := New(fixture.RandomUnit(6, 4, 6), 4, 6, "shared", 1, 1)
		m.VMF, m.Kappa, m.Balance, m.Uniform = true, 3/beta, 3, true
		m.Update(h, beta)
		mu[i] = m.Mu
	}
	if !fixture.Near(mu[0], mu[1]) {
		t.Errorf("means %v and %v", mu[0], mu[1])
	}
}

// TestUnequalWeights fits two modes of which one has nine tenths of the embeddings: under either
// forgetting the weights come out as they are, though responsibility forgetting lets both
// components remember equally much.
func TestUnequalWeights(t *testing.T) {
	for _, uniform := range []bool{false, true} {
		m := New([]float32{1, 0, 0, 1}, 2, 2, "shared", 0.01, 1)
		m.Learned, m.Uniform, m.Apart, m.Lambda, m.VarMin = true, uniform, !uniform, 0.99, 1e-4
		for range 400 {
			batch := make([]float32, 2*20)
			for i := range 20 {
				batch[2*i+min(1, i/18)] = 1
			}
			m.Update(batch, 1)
		}
		if m.Pi[0] < 0.88 || m.Pi[0] > 0.92 {
			t.Errorf("uniform forgetting %v: weights %v, want 0.9 and 0.1", uniform, m.Pi)
		}
	}
}
