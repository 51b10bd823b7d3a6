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
	var total float64
	for i := range n {
		row := m.r[i*m.K:][:m.K]
		total += float64(kernel.LogSumExp(row))
		for k := range row {
			row[k] *= float32(beta)
		}
		kernel.Softmax(row, row)
	}
	m.logDensity = total / float64(n)
	return m.r[:n*m.K]
}

// LogLikelihood is the mean over the last batch of ln Σ_k π_k N(h; μ_k, v_k), in nats, without the annealing power.
func (m *Mixture) LogLikelihood() float64 { return m.logDensity }

func (m *Mixture) grow(n int) {
	if len(m.r) < n*m.K {
		m.r = make([]float32, n*m.K)
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
	for c := range m.K {
		m.offset[c] = math.Log(m.Pi[c])
		if m.VMF {
			m.direction(c)
			continue
		}
		m.offset[c] -= 0.5 * float64(m.D) * math.Log(2*math.Pi)
		for j := range m.D {
			v, mu := m.variance(c, j), m.Mu[c*m.D+j]
			m.a[c*m.D+j], m.b[c*m.D+j] = float32(mu/v), float32(-0.5/v)
			m.offset[c] -= 0.5 * (mu*mu/v + math.Log(v))
		}
	}
	scores(m.Team, m.r, h, m.a, n, m.D, m.K)
	if !m.VMF {
		for i, v := range h {
			m.h2[i] = v * v
		}
		kernel.Gemm(m.Team, false, true, n, m.K, m.D, m.h2, m.D, m.b, m.D, m.r, m.K, true)
	}
	for i := range n {
		for c, o := range m.offset {
			m.r[i*m.K+c] += float32(o)
		}
	}
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
