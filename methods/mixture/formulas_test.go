package mixture

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
)

// knowing is a mixture whose components know different things: variances, some of them below the
// floor, masses and weights.
func knowing(k, d int, covariance string) *Mixture {
	m := New(fixture.Uniform(k*d, "means"), k, d, covariance, 0.3, 1)
	m.VarMin = 0.2
	for i, u := range fixture.Uniform(len(m.Within), "spread") {
		m.Within[i] = 0.25 + 0.2*u // from 0.05 to 0.45
	}
	var total float64
	for c := range k {
		m.N[c], m.Pi[c] = float64(1+c), float64(2+c%3)
		total += m.Pi[c]
	}
	for c := range m.Pi {
		m.Pi[c] /= total
	}
	return m
}

// floored is v_kj as the formulas have it.
func floored(m *Mixture, c, j int) float64 {
	switch m.Covariance {
	case "shared":
		return m.Pooled[0]
	case "spherical":
		return max(float64(m.Within[c]), m.VarMin)
	}
	return max(float64(m.Within[c*m.D+j]), m.VarMin)
}

// expected are the responsibilities [n,K] of embeddings and their mean log-density, by the formulas
// in float64.
func expected(m *Mixture, h []float32, beta float64) (gamma []float64, density float64) {
	n := len(h) / m.D
	for i := range n {
		row, top := make([]float64, m.K), math.Inf(-1)
		for c := range row {
			mu := m.Mu[c*m.D:][:m.D]
			row[c] = math.Log(m.Pi[c])
			for j, x := range h[i*m.D:][:m.D] {
				if m.VMF {
					row[c] += m.Kappa * float64(x) * float64(mu[j]) / kernel.Norm(mu)
					continue
				}
				v, e := floored(m, c, j), float64(x)-float64(mu[j])
				row[c] -= 0.5 * (e*e/v + math.Log(2*math.Pi*v))
			}
			top = max(top, row[c])
		}
		var sum, powers float64
		for _, l := range row {
			sum += math.Exp(l - top)
			powers += math.Exp(beta * (l - top))
		}
		density += (top + math.Log(sum)) / float64(n)
		for _, l := range row {
			gamma = append(gamma, math.Exp(beta*(l-top))/powers)
		}
	}
	return gamma, density
}

// TestEStep compares responsibilities and log-densities with the formulas, in float32 and in
// float64, for every covariance and power. Variances below the floor count as the floor.
func TestEStep(t *testing.T) {
	const n, k = 7, 5
	for _, covariance := range []string{"shared", "spherical", "diagonal", "vmf"} {
		for _, d := range []int{3, 8, 19} { // logarithms are taken of products of eight
			for _, beta := range []float64{1, 0.5} {
				m := knowing(k, d, map[bool]string{true: "spherical", false: covariance}[covariance == "vmf"])
				m.VMF, m.Kappa = covariance == "vmf", 2.5
				h := fixture.Uniform(n*d, "embeddings")
				want, density := expected(m, h, beta)
				for _, exact := range []bool{false, true} {
					if exact && m.VMF {
						continue
					}
					m.prepare(h)
					if m.work.exact {
						t.Fatalf("%s: float32 would do", covariance)
					}
					if exact {
						m.work.exact = true
						m.prepareExact()
					}
					m.responsibilities(h, 0, n, beta)
					var got float64
					for _, v := range m.work.density[:n] {
						got += v / n
					}
					if !(math.Abs(got-density) <= 1e-5*(1+math.Abs(density))) {
						t.Errorf("%s, %d dimensions, exact %v: log-density %g, want %g", covariance, d, exact, got, density)
					}
					for i, w := range want {
						if r := float64(m.work.r[i]); !(math.Abs(r-w) <= 1e-5) {
							t.Fatalf("%s, %d dimensions, power %g, exact %v: responsibility %d is %g, want %g", covariance, d, beta, exact, i, r, w)
						}
					}
				}
			}
		}
	}
}

// moments are the batch's mass, mean and mean square of one component and dimension.
func moments(gamma []float64, h []float32, k, d, c, j int) (w, mean, square float64) {
	for i := range len(h) / d {
		g, x := gamma[i*k+c], float64(h[i*d+j])
		w, mean, square = w+g, mean+g*x, square+g*x*x
	}
	return w, mean / w, square / w
}

// TestMStep compares an update with the formulas: the running mean and mean square of what each
// component has seen, with a gain that follows from the forgetting.
func TestMStep(t *testing.T) {
	const n, k, d = 9, 4, 3
	for _, covariance := range []string{"spherical", "diagonal"} {
		for _, uniform := range []bool{false, true} {
			for _, lambda := range []float64{0.9, 1, 0} {
				for _, exact := range []bool{false, true} {
					m := knowing(k, d, covariance)
					m.Uniform, m.Lambda = uniform, lambda
					old := knowing(k, d, covariance)
					h := fixture.Uniform(n*d, "embeddings")
					gamma, _ := expected(m, h, 1)
					m.prepare(h)
					if m.work.exact = exact; exact {
						m.prepareExact()
					}
					m.responsibilities(h, 0, n, 1)
					m.accumulate(h, 0, n)
					m.maximize()
					name := fmt.Sprintf("%s, uniform %v, λ %g, exact %v", covariance, uniform, lambda, exact)
					for c := range k {
						w, _, _ := moments(gamma, h, k, d, c, 0)
						keep, gain := lambda, w
						switch {
						case !uniform && lambda == 1:
							keep = 1
						case !uniform:
							keep = math.Pow(lambda, w)
							gain = (1 - keep) / (1 - lambda)
						}
						mass := keep*old.N[c] + gain
						if !(math.Abs(m.N[c]-mass) <= 1e-5*mass) || !(math.Abs(m.work.mass[c]-w) <= 1e-5) {
							t.Errorf("%s: component %d has the mass %g, want %g; %g of the batch, want %g", name, c, m.N[c], mass, m.work.mass[c], w)
						}
						rho := gain / mass
						var spherical float64
						for j := range d {
							_, mean, square := moments(gamma, h, k, d, c, j)
							mu := float64(old.Mu[c*d+j])
							moved := mu + rho*(mean-mu)
							if got := float64(m.Mu[c*d+j]); !(math.Abs(got-moved) <= 2e-6) {
								t.Errorf("%s: mean %d of component %d is %g, want %g", name, j, c, got, moved)
							}
							at := c
							if covariance == "diagonal" {
								at = c*d + j
							}
							v := (1-rho)*(float64(old.Within[at])+mu*mu) + rho*square - moved*moved
							spherical += v / d
							if covariance == "diagonal" && !(math.Abs(float64(m.Within[at])-v) <= 5e-6) {
								t.Errorf("%s: variance %d of component %d is %g, want %g", name, j, c, m.Within[at], v)
							}
						}
						if covariance == "spherical" && !(math.Abs(float64(m.Within[c])-spherical) <= 5e-6) {
							t.Errorf("%s: variance of component %d is %g, want %g", name, c, m.Within[c], spherical)
						}
					}
				}
			}
		}
	}
}

// TestUnvisited: a component that gets nothing keeps what it knows under responsibility forgetting,
// and all but its mass under uniform.
func TestUnvisited(t *testing.T) {
	for _, uniform := range []bool{false, true} {
		m := New([]float32{1, 0, -1, 0}, 2, 2, "spherical", 1e-3, 4)
		m.Uniform, m.Lambda, m.VarMin = uniform, 0.75, 1e-3
		m.Update([]float32{1, 0, 1, 0}, 1)
		want := 4.0
		if uniform {
			want = 3
		}
		if m.N[1] != want || !slices.Equal(m.Mu[2:], []float32{-1, 0}) || m.Within[1] != 1e-3 {
			t.Errorf("uniform %v: mass %g, want %g, mean %v, variance %g", uniform, m.N[1], want, m.Mu[2:], m.Within[1])
		}
	}
}

// TestPrecision: one over the mean of the floored variances.
func TestPrecision(t *testing.T) {
	for _, covariance := range []string{"shared", "spherical", "diagonal"} {
		m := knowing(4, 3, covariance)
		var s float64
		for c := range m.K {
			for j := range m.D {
				s += floored(m, c, j)
			}
		}
		if got, want := m.Precision(), float64(m.K*m.D)/s; !(math.Abs(got-want) <= 1e-9*want) {
			t.Errorf("%s: %g, want %g", covariance, got, want)
		}
	}
}

// TestRevive: a component that restarts is worth one embedding at its new mean, with the mean
// variance of all.
func TestRevive(t *testing.T) {
	for _, covariance := range []string{"shared", "spherical", "diagonal"} {
		m := knowing(4, 3, covariance)
		old, v := knowing(4, 3, covariance), float32(1/m.Precision())
		m.Learned, m.Alpha = true, 0.5
		z := []float32{0.6, 0, -0.8}
		m.Revive(2, z)
		if !slices.Equal(m.Mu[6:9], z) || !slices.Equal(m.Mu[:6], old.Mu[:6]) || !slices.Equal(m.Mu[9:], old.Mu[9:]) {
			t.Errorf("%s: means %v", covariance, m.Mu)
		}
		if want := []float64{1, 2, 1, 4}; !slices.Equal(m.N, want) {
			t.Errorf("%s: masses %v, want %v", covariance, m.N, want)
		}
		per := len(m.Within) / 4
		for i, s := range m.Within {
			if want := map[bool]float32{true: v, false: old.Within[i]}[i/per == 2]; s != want {
				t.Errorf("%s: spread %d is %g, want %g", covariance, i, s, want)
			}
		}
		for c, p := range m.Pi { // masses 1, 2, 1, 4 and half a pseudo-count for each
			if want := (m.N[c] + 0.5) / 10; !(math.Abs(p-want) <= 1e-12) {
				t.Errorf("%s: weight %d is %g, want %g", covariance, c, p, want)
			}
		}
	}
}

// TestSplitMixture: two components share the mass of one, with its variances; the new mean has its
// length.
func TestSplitMixture(t *testing.T) {
	for _, covariance := range []string{"shared", "spherical", "diagonal"} {
		m := knowing(4, 3, covariance)
		old := knowing(4, 3, covariance)
		m.Learned, m.Alpha = true, 0
		z, length := []float32{0.6, 0, -0.8}, float32(kernel.Norm(old.Mu[9:]))
		m.Split(1, 3, z)
		if want := []float32{0.6 * length, 0, -0.8 * length}; !fixture.Near(m.Mu[3:6], want) || !slices.Equal(m.Mu[9:], old.Mu[9:]) {
			t.Errorf("%s: the new mean is %v, want %v", covariance, m.Mu[3:6], want)
		}
		if want := []float64{1, 2, 3, 2}; !slices.Equal(m.N, want) {
			t.Errorf("%s: masses %v, want %v", covariance, m.N, want)
		}
		per := len(m.Within) / 4
		if !slices.Equal(m.Within[per:2*per], old.Within[3*per:]) || !slices.Equal(m.Within[3*per:], old.Within[3*per:]) || !slices.Equal(m.Within[:per], old.Within[:per]) {
			t.Errorf("%s: spreads %v from %v", covariance, m.Within, old.Within)
		}
		if want := []float64{1.0 / 8, 2.0 / 8, 3.0 / 8, 2.0 / 8}; !slices.Equal(m.Pi, want) {
			t.Errorf("%s: weights %v, want %v", covariance, m.Pi, want)
		}
	}
}

// TestMeans: prototypes are the means' directions, each its own.
func TestMeans(t *testing.T) {
	m := New([]float32{3, 4, 0, -2, 0, 0}, 3, 2, "spherical", 1, 1)
	c := []float32{7, 7, 7, 7, 0.6, 0.8}
	if m.Means(c); !fixture.Near(c, []float32{0.6, 0.8, 0, -1, 0.6, 0.8}) { // the last has no direction
		t.Errorf("directions %v", c)
	}
}

// TestToSphere leaves what has no direction as it is.
func TestToSphere(t *testing.T) {
	dst := []float32{7, 7}
	if ToSphere(dst, []float32{0, 0}); !slices.Equal(dst, []float32{7, 7}) {
		t.Errorf("zero leads to %v", dst)
	}
	if ToSphere(dst, []float32{-3, 4}); !fixture.Near(dst, []float32{-0.6, 0.8}) {
		t.Errorf("direction %v", dst)
	}
}

// TestRows: how many embeddings are held at a time.
func TestRows(t *testing.T) {
	for _, c := range []struct{ k, balance, room, n, want int }{
		{16, 0, 0, 5000, 512}, // a block
		{16, 3, 0, 5000, 5000},
		{1 << 16, 0, 0, 5000, 256},
		{1 << 16, 3, 0, 5000, 256},
		{1 << 16, 3, 0, 256, 256},
		{10, 0, 35, 8, 3}, {10, 3, 35, 8, 3}, {10, 3, 80, 8, 8}, {10, 3, 79, 8, 7}, {10, 0, 5, 8, 1},
	} {
		m := &Mixture{K: c.k, Balance: c.balance, room: c.room}
		if got := m.rows(c.n); got != c.want {
			t.Errorf("%+v: %d rows", c, got)
		}
	}
}

// TestWide: float32 does as long as no squared norm is more than 100,000 times the smallest
// variance.
func TestWide(t *testing.T) {
	for _, c := range []struct {
		mean, embedding float32
		want            bool
	}{{1, 1, false}, {30, 1, false}, {1, 30, false}, {40, 1, true}, {1, 40, true}} {
		for _, covariance := range []string{"shared", "spherical", "diagonal"} {
			m := New([]float32{c.mean, 0, 0, 1}, 2, 2, covariance, 0.01, 1)
			m.VarMin = 0.01
			if m.prepare([]float32{0, c.embedding}); m.work.exact != c.want { // 30² and 40² over 0.01: 90,000 and 160,000
				t.Errorf("%+v, %s: in float64 %v", c, covariance, m.work.exact)
			}
			m.VMF = true
			if m.prepare([]float32{0, c.embedding}); m.work.exact {
				t.Errorf("%+v, %s: directions in float64", c, covariance)
			}
		}
	}
}
