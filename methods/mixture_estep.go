package methods

import (
	"math"

	"protobench/internal/kernel"
)

// Responsibilities computes γ [n,K], valid until the next call; [Mixture.LogLikelihood] then has the batch's value.
func (m *Mixture) Responsibilities(h []float32, beta float64) []float32 {
	n := len(h) / m.D
	m.grow(n)
	if m.wide(h) {
		m.logJointExact(h)
	} else {
		m.logJoint(h)
	}
	m.Team.Chunks(n, kernel.RowChunk(m.K), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m.density[i] = responsibilityRow(m.r[i*m.K:][:m.K], float32(beta))
		}
	})
	var total float64
	for _, v := range m.density[:n] {
		total += v
	}
	m.logDensity = total / float64(n)
	return m.r[:n*m.K]
}

// responsibilityRow turns a row of log densities into responsibilities softmax(β·r) and returns ln Σ e^r.
func responsibilityRow(r []float32, beta float32) float64 {
	if beta == 1 {
		return kernel.SoftmaxScaled(r, r, 1)
	}
	density := float64(kernel.LogSumExp(r))
	kernel.SoftmaxScaled(r, r, beta)
	return density
}

// LogLikelihood is the mean over the last batch of ln Σ_k π_k N(h; μ_k, v_k), in nats, without the annealing power.
func (m *Mixture) LogLikelihood() float64 { return m.logDensity }

func (m *Mixture) grow(n int) {
	if len(m.r) < n*m.K {
		m.r = make([]float32, n*m.K)
	}
	if len(m.density) < n {
		m.density = make([]float64, n)
	}
	if len(m.h2) < n*m.D {
		m.h2 = make([]float32, n*m.D)
	}
}

// wide reports whether squared distances over variances are so large that float32 products would lose them.
func (m *Mixture) wide(h []float32) bool {
	if m.VMF {
		return false
	}
	var top, least float64 = 0, math.Inf(1)
	for _, v := range m.Mu {
		top = max(top, math.Abs(v))
	}
	for _, v := range h {
		top = max(top, math.Abs(float64(v)))
	}
	for _, v := range m.Var {
		least = min(least, v)
	}
	// Unit vectors have squared norm 1 however many dimensions: the bound is on the largest coordinate.
	return top > 4 || top*top/least > 1e5
}

// logJoint sets r to ln π_k + ln N(h_i; μ_k, v_k), the squares expanded so that matrix products do the work.
func (m *Mixture) logJoint(h []float32) {
	n := len(h) / m.D
	m.Team.Chunks(m.K, kernel.RowChunk(m.D), func(lo, hi int) {
		for c := lo; c < hi; c++ {
			m.shift[c] = float32(m.component(c))
		}
	})
	scores(m.Team, m.r, h, m.a, n, m.D, m.K)
	if !m.VMF {
		for i, v := range h {
			m.h2[i] = v * v
		}
		kernel.Gemm(m.Team, false, true, n, m.K, m.D, m.h2, m.D, m.b, m.D, m.r, m.K, true)
	}
	m.Team.Chunks(n, kernel.RowChunk(m.K), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			kernel.Axpy(1, m.shift, m.r[i*m.K:][:m.K])
		}
	})
}

// component sets a_c = μ_c/v_c and b_c = -1/(2·v_c), which the products of h and h² are taken with, and returns what does not depend on h.
func (m *Mixture) component(c int) float64 {
	constant := math.Log(m.Pi[c])
	if m.VMF {
		m.direction(c)
		return constant
	}
	constant -= 0.5 * float64(m.D) * math.Log(2*math.Pi)
	last, logarithm := 0.0, 0.0 // most covariances have one variance for all dimensions
	for j := range m.D {
		v, mu := m.variance(c, j), m.Mu[c*m.D+j]
		if v != last {
			last, logarithm = v, math.Log(v)
		}
		m.a[c*m.D+j], m.b[c*m.D+j] = float32(mu/v), float32(-0.5/v)
		constant -= 0.5 * (float64(mu*mu/v) + logarithm)
	}
	return constant
}

// direction sets a_c = κ·μ_c/|μ_c|, whose product with h is the vMF log-density up to a constant.
func (m *Mixture) direction(c int) {
	var s float64
	for _, v := range m.Mu[c*m.D:][:m.D] {
		s += v * v
	}
	f := m.Kappa / max(math.Sqrt(s), kernel.NormEps)
	for j, v := range m.Mu[c*m.D:][:m.D] {
		m.a[c*m.D+j] = float32(f * v)
	}
}

// logJointExact is logJoint from differences in float64.
func (m *Mixture) logJointExact(h []float32) {
	for i := range len(h) / m.D {
		x := h[i*m.D:][:m.D]
		for c := range m.K {
			s := 2*math.Log(m.Pi[c]) - float64(m.D)*math.Log(2*math.Pi)
			for j, v := range x {
				d, vr := float64(v)-m.Mu[c*m.D+j], m.variance(c, j)
				s -= d*d/vr + math.Log(vr)
			}
			m.r[i*m.K+c] = float32(0.5 * s)
		}
	}
}
