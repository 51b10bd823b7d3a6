package mixture

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

// kinds runs f for a mixture of every covariance, kind of responsibilities and kind of weights, K
// components in D dimensions; unless all are asked for, for every other one, which has all pairs of
// two of the three.
func kinds(t *testing.T, team *team.Team, k, d int, all bool, f func(*testing.T, *Mixture)) {
	mu := fixture.RandomUnit(3, k, d)
	for a, cov := range []string{"shared", "spherical", "diagonal"} {
		for b, e := range []string{"gaussian", "vmf"} {
			for c, weights := range []string{"uniform", "learned", "sinkhorn"} {
				if !all && (a+b+c)%2 > 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s, %s, %s", cov, e, weights), func(t *testing.T) {
					m := New(mu, k, d, cov, 1/float64(d), 1)
					m.Team, m.VarMin, m.Lambda = team, 1/float64(4*d), 0.9
					m.VMF, m.Kappa, m.Learned = e == "vmf", float64(4*d), weights == "learned"
					if weights == "sinkhorn" {
						m.Balance = 3
					}
					f(t, m)
				})
			}
		}
	}
}

// holds fails where an update by n embeddings has left a mixture unsound or held too much at a
// time.
func holds(t *testing.T, m *Mixture, n int) {
	t.Helper()
	m.Update(fixture.Clusters(n, min(50, m.D), m.D, 0.05), 1)
	if fault := unsound(m, n); fault != "" {
		t.Errorf("%d embeddings: %s", n, fault)
	}
	if held := len(m.work.r); held > mixtureRoom {
		t.Errorf("%d responsibilities of %d embeddings are held at a time", held, n)
	}
}

// TestMixtureOfManyComponents updates every kind of mixture by batches from the smallest to the
// largest, the last one beyond what is held whole.
func TestMixtureOfManyComponents(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	team := team.New(2)
	defer team.Close()
	kinds(t, team, 4096, 16, false, func(t *testing.T, m *Mixture) {
		holds(t, m, 64)
		holds(t, m, 4096+8)
	})
}

// fullSize is the environment variable that asks for [TestMixtureFullSize].
const fullSize = "PROTOBENCH_FULL_SIZE"

// TestMixtureFullSize does the same with as many components as the largest heads have. It takes
// minutes and up to 2 GiB, and is skipped unless asked for.
func TestMixtureFullSize(t *testing.T) {
	if os.Getenv(fullSize) == "" {
		t.Skipf("takes minutes; set %s=1 to run it", fullSize)
	}
	team := team.New(2)
	defer team.Close()
	kinds(t, team, 1<<16, 256, true, func(t *testing.T, m *Mixture) {
		for _, n := range []int{64, 1000, 4096} {
			holds(t, m, n)
		}
	})
}

// TestMixtureOfLargestHead is one update of that size, of a small batch.
func TestMixtureOfLargestHead(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const k, d = 1 << 16, 256
	team := team.New(2)
	defer team.Close()
	m := New(fixture.RandomUnit(3, k, d), k, d, "shared", 1.0/d, 1)
	m.Team, m.VarMin, m.Lambda = team, 1.0/(4*d), 0.9
	holds(t, m, 128)
}

// TestMixtureInSlices compares mixtures that hold a batch's responsibilities whole with such as
// have little room for them, in float32 and in float64, balanced and not; and the latter for any
// number of threads, in bits.
func TestMixtureInSlices(t *testing.T) {
	const n, k, d = 300, 90, 12
	h, mu := fixture.Clusters(n, 10, d, 0.1), fixture.RandomUnit(1, k, d)
	for _, cov := range []string{"shared", "diagonal"} {
		for _, balance := range []int{0, 1, 4} {
			for _, variance := range []float64{0.05, 1e-6} { // the second one is too small for float32
				update := func(room, threads int) *Mixture {
					team := team.New(threads)
					defer team.Close()
					m := New(mu, k, d, cov, variance, 1)
					m.Team, m.Balance, m.VarMin, m.room = team, balance, variance, room
					m.Update(h, 0.7)
					return m
				}
				whole, sliced, shared := update(0, 1), update(64*k, 1), update(64*k, 3)
				at := fmt.Sprintf("%s, balance %d, variance %g", cov, balance, variance)
				if len(sliced.work.r) > 64*k || sliced.work.exact != (variance < 1e-5) {
					t.Fatalf("%s: %d responsibilities held, in float64: %v", at, len(sliced.work.r), sliced.work.exact)
				}
				if !slices.Equal(sliced.Mu, shared.Mu) || !slices.Equal(sliced.N, shared.N) {
					t.Errorf("%s: threads change the result", at)
				}
				for c, w := range whole.work.mass {
					if got := sliced.work.mass[c]; !(math.Abs(got-w) <= 1e-3*max(w, 1)) {
						t.Errorf("%s: component %d has the mass %g in slices, %g whole", at, c, got, w)
					}
				}
				if !fixture.Near(whole.Mu, sliced.Mu) || !(math.Abs(whole.LogLikelihood()-sliced.LogLikelihood()) <= 1e-3*math.Abs(whole.LogLikelihood())) {
					t.Errorf("%s: slices change the update", at)
				}
			}
		}
	}
}
