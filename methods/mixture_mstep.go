package methods

import (
	"math"

	"protobench/internal/kernel"
)

// maximize moves the statistics towards the batch's and derives the parameters.
func (m *Mixture) maximize(h []float32) {
	n := len(h) / m.D
	clear(m.mass)
	for i := range n {
		kernel.AddWide(m.mass, m.r[i*m.K:][:m.K])
	}
	if m.wide(h) {
		m.momentsExact(h)
	} else {
		m.moments(h)
	}
	for c, w := range m.mass {
		rho := m.gain(c, w)
		if rho == 0 {
			continue
		}
		for j := c * m.D; j < (c+1)*m.D; j++ {
			m.Mu[j] += rho * (m.sum[j]/w - m.Mu[j])
			m.E2[j] += rho * (m.sq[j]/w - m.E2[j])
		}
	}
	m.variances()
	m.weights()
}

// moments sets the responsibility-weighted sums of h and h².
func (m *Mixture) moments(h []float32) {
	n := len(h) / m.D
	for i, v := range h {
		m.h2[i] = v * v
	}
	kernel.Gemm(m.Team, true, false, m.K, m.D, n, m.r, m.K, h, m.D, m.a, m.D, false)
	kernel.Gemm(m.Team, true, false, m.K, m.D, n, m.r, m.K, m.h2, m.D, m.b, m.D, false)
	for i := range m.a {
		m.sum[i], m.sq[i] = float64(m.a[i]), float64(m.b[i])
	}
}

// momentsExact is moments in float64.
func (m *Mixture) momentsExact(h []float32) {
	clear(m.sum)
	clear(m.sq)
	for i := range len(h) / m.D {
		for c, w := range m.r[i*m.K:][:m.K] {
			for j, v := range h[i*m.D:][:m.D] {
				x := float64(w) * float64(v)
				m.sum[c*m.D+j] += x
				m.sq[c*m.D+j] += x * float64(v)
			}
		}
	}
}

// gain updates N_k and returns ρ_k, zero for a mass too small to divide by.
func (m *Mixture) gain(c int, w float64) float64 {
	if m.Uniform {
		m.N[c] = m.Lambda*m.N[c] + w
		if w < 1e-12 {
			return 0
		}
		return w / m.N[c]
	}
	if w < 1e-12 {
		return 0
	}
	log := w * math.Log(m.Lambda)
	a := -math.Expm1(log) / (1 - m.Lambda)
	m.N[c] = math.Exp(log)*m.N[c] + a
	return a / m.N[c]
}

// variances derives v from the moments: the mean over what shares a variance (components weighted by N), floored.
func (m *Mixture) variances() {
	switch m.Covariance {
	case "diagonal":
		for j := range m.Var {
			m.Var[j] = max(m.E2[j]-m.Mu[j]*m.Mu[j], m.VarMin)
		}
	case "spherical":
		for c := range m.K {
			m.Var[c] = max(m.spread(c), m.VarMin)
		}
	default:
		var s, total float64
		for c := range m.K {
			s += m.N[c] * m.spread(c)
			total += m.N[c]
		}
		m.Var[0] = max(s/total, m.VarMin)
	}
}

// spread is the mean over dimensions of E2 - μ².
func (m *Mixture) spread(c int) float64 {
	var s float64
	for j := c * m.D; j < (c+1)*m.D; j++ {
		s += m.E2[j] - m.Mu[j]*m.Mu[j]
	}
	return s / float64(m.D)
}

func (m *Mixture) weights() {
	if !m.Learned {
		return
	}
	var total float64
	for _, n := range m.N {
		total += n + m.Alpha
	}
	for c, n := range m.N {
		m.Pi[c] = (n + m.Alpha) / total
	}
}
