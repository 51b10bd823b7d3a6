package mixture

import (
	"math"

	"protobench/internal/kernel"
)

// prepare derives the components' constants of an E-step on embeddings h [n,D] and decides whether
// float32 will do.
func (m *Mixture) prepare(h []float32) {
	w, n := &m.work, len(h)/m.D
	w.held, w.squared = -1, -1
	if len(w.q) < n {
		w.q, w.density = make([]float64, n), make([]float64, n)
	}
	m.Team.Chunks(n, kernel.RowChunk(m.D), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			w.q[i] = kernel.Dot64(h[i*m.D:][:m.D], h[i*m.D:][:m.D])
		}
	})
	m.components(func(lo, hi int) {
		for c := lo; c < hi; c++ {
			m.constants(c)
		}
	})
	w.exact = m.wide(w.q[:n])
	if w.exact {
		m.prepareExact()
	}
}

// prepareExact makes room for what is summed up in float64, and the components' log-determinants.
func (m *Mixture) prepareExact() {
	w := &m.work
	if w.first == nil {
		w.first, w.sq, w.logs = make([]float64, m.K*m.D), make([]float64, m.K*m.D), make([]float64, m.K)
	}
	m.components(func(lo, hi int) {
		for c := lo; c < hi; c++ {
			w.logs[c] = 0
			for j := range m.D {
				w.logs[c] += math.Log(m.variance(c, j))
			}
		}
	})
}

// constants sets the component's part of the log-density:
//
//	ln π + ln N(h; μ, v) = (h·μ - |h|²/2)/v + [ln π - ½·D·ln(2πv) - |μ|²/(2v)]
//
// and with a variance per dimension the sums over them. The vMF log-density is κ·h·μ/|μ| up to a
// constant.
func (m *Mixture) constants(c int) {
	w, mu := &m.work, m.Mu[c*m.D:][:m.D]
	w.norm[c] = kernel.Dot64(mu, mu)
	shift := math.Log(m.Pi[c])
	switch {
	case m.VMF:
		w.gain[c], w.shift[c] = float32(m.Kappa/max(math.Sqrt(w.norm[c]), kernel.NormEps)), float32(shift)
		return
	case m.Covariance != "diagonal":
		v := m.variance(c, 0)
		w.least[c], w.gain[c] = v, float32(1/v)
		w.shift[c] = float32(shift - float64(0.5*(float64(float64(m.D)*math.Log(2*math.Pi*v))+w.norm[c]/v)))
		return
	}
	w.gain[c] = 1
	w.shift[c] = float32(shift - float64(0.5*(float64(float64(m.D)*math.Log(2*math.Pi))+m.diagonalConstants(c))))
}

// diagonalConstants sets μ/v and -½/v and returns Σ_j μ²/v + ln v. Logarithms are taken of
// products.
func (m *Mixture) diagonalConstants(c int) float64 {
	const together = 8
	w, s, product := &m.work, 0.0, 1.0
	w.least[c] = math.Inf(1)
	for j := range m.D {
		at := c*m.D + j
		v, mu := max(float64(m.Within[at]), m.VarMin), float64(m.Mu[at])
		inv := 1 / v
		w.a[at], w.b[at] = float32(mu*inv), float32(-0.5*inv)
		w.least[c] = min(w.least[c], v)
		s += float64(float64(mu*mu) * inv)
		product *= v
		if j%together == together-1 {
			s += math.Log(product)
			product = 1
		}
	}
	return s + math.Log(product)
}

// wide reports whether squared norms over variances are so large that float32 products would lose
// the distances.
func (m *Mixture) wide(q []float64) bool {
	if m.VMF {
		return false
	}
	var top float64
	least := math.Inf(1)
	for _, v := range q {
		top = max(top, v)
	}
	for c, v := range m.work.norm {
		top, least = max(top, v), min(least, m.work.least[c])
	}
	return top > 1e5*least
}

// responsibilities sets γ [rows,K] of the embeddings of a batch h [n,D] from row lo on, and their
// log-densities.
func (m *Mixture) responsibilities(h []float32, lo, rows int, beta float64) {
	x := m.logarithms(h, lo, rows, beta)
	if m.Balance > 0 {
		m.work.balancer.Embeddings(m.Team, x, lo, rows, true)
	}
	m.work.held = -1
}

// logarithms returns room that has the responsibilities of some rows, or their logarithms before
// balancing. It computes them unless they are what was asked for last.
func (m *Mixture) logarithms(batch []float32, first, n int, beta float64) []float32 {
	w := &m.work
	if len(w.r) < n*m.K {
		w.r = make([]float32, n*m.K)
	}
	if w.held == first {
		return w.r[:n*m.K]
	}
	h, q := batch[first*m.D:][:n*m.D], w.q[first:first+n]
	if !w.exact {
		m.products(h, first, n)
	}
	m.Team.Chunks(n, kernel.RowChunk(m.K), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := w.r[i*m.K:][:m.K]
			if w.exact {
				m.logJointExact(row, h[i*m.D:][:m.D])
			} else {
				m.logJoint(row, float32(0.5*q[i]))
			}
			w.density[i] = m.normalize(row, float32(beta))
		}
	})
	w.held = first
	return w.r[:n*m.K]
}

// products sets r to h·μᵀ, or to Σ_j h·μ/v - h²/(2v) where each dimension has a variance of its
// own. The n embeddings h begin with row first of the batch.
func (m *Mixture) products(h []float32, first, n int) {
	w := &m.work
	if m.VMF || m.Covariance != "diagonal" {
		kernel.InnerProducts(m.Team, w.r, h, m.Mu, n, m.D, m.K)
		return
	}
	kernel.InnerProducts(m.Team, w.r, h, w.a, n, m.D, m.K)
	m.square(h, first)
	kernel.Gemm(m.Team, false, true, n, m.K, m.D, w.h2, m.D, w.b, m.D, w.r, m.K, true)
}

// square sets h2 to h², the embeddings of a batch from row first on, unless it has them.
func (m *Mixture) square(h []float32, first int) {
	w := &m.work
	if len(w.h2) < len(h) {
		w.h2, w.squared = make([]float32, len(h)), -1
	}
	if w.squared == first {
		return
	}
	m.Team.Chunks(len(h), kernel.ChunkSize, func(lo, hi int) {
		to := w.h2[lo:hi]
		for i, v := range h[lo:hi] {
			to[i] = v * v
		}
	})
	w.squared = first
}

// logJoint turns a row of products into ln π_k + ln N(h; μ_k, v_k), half being |h|²/2.
func (m *Mixture) logJoint(row []float32, half float32) {
	if !m.VMF && m.Covariance == "diagonal" { // the gain is one
		kernel.Axpy(1, m.work.shift[:len(row)], row)
		return
	}
	if m.VMF {
		half = 0
	}
	gain, shift := m.work.gain[:len(row)], m.work.shift[:len(row)]
	for k, v := range row {
		row[k] = float32((v-half)*gain[k]) + shift[k]
	}
}

// normalize turns a row of logarithms into responsibilities with the power beta and returns ln Σ
// e^row; for balancing it leaves the responsibilities' logarithms.
func (m *Mixture) normalize(row []float32, beta float32) float64 {
	if beta == 1 && m.Balance == 0 {
		return kernel.SoftmaxScaled(row, row, 1) // one pass of exponentials gives both
	}
	density := float64(kernel.LogSumExp(row))
	if m.Balance == 0 {
		kernel.SoftmaxScaled(row, row, beta)
		return density
	}
	kernel.Scale(row, row, beta)
	sum := kernel.LogSumExp(row)
	for k := range row {
		row[k] -= sum
	}
	return density
}

// logJointExact is logJoint from differences in float64.
func (m *Mixture) logJointExact(row, x []float32) {
	for c := range row {
		s := float64(2*math.Log(m.Pi[c])) - float64(float64(m.D)*math.Log(2*math.Pi)) - m.work.logs[c]
		for j, v := range x {
			d := float64(v) - float64(m.Mu[c*m.D+j])
			s -= float64(d*d) / m.variance(c, j)
		}
		row[c] = float32(0.5 * s)
	}
}
