package mixture

import (
	"math"

	"protobench/internal/kernel"
)

// accumulate adds the responsibility-weighted sums of a slice of the embeddings of a batch, or
// starts with them where it is the first.
func (m *Mixture) accumulate(batch []float32, at, n int) {
	w, first := &m.work, at == 0
	h, q := batch[at*m.D:][:n*m.D], w.q[at:at+n]
	spherical := m.Covariance != "diagonal" // variances by norms
	if first {
		clear(w.mass)
		clear(w.norms)
	}
	m.Team.Chunks(m.K, kernel.RowChunk(n), func(lo, hi int) {
		norms := w.norms[lo:hi]
		for i, norm := range q {
			r := w.r[i*m.K+lo : i*m.K+hi]
			kernel.AddWide(w.mass[lo:hi], r)
			if !spherical {
				continue
			}
			for c, v := range r {
				norms[c] += float64(float64(v) * norm)
			}
		}
	})
	if w.exact {
		m.accumulateExact(h, n, first)
		return
	}
	kernel.Gemm(m.Team, true, false, m.K, m.D, n, w.r, m.K, h, m.D, w.sum, m.D, !first)
	if m.Covariance == "diagonal" {
		m.square(h, at)
		kernel.Gemm(m.Team, true, false, m.K, m.D, n, w.r, m.K, w.h2, m.D, w.sumSq, m.D, !first)
	}
}

// accumulateExact adds the moments about the old means, in float64.
func (m *Mixture) accumulateExact(h []float32, n int, start bool) {
	m.components(func(lo, hi int) {
		for c := lo; c < hi; c++ {
			mu, first, sq := m.Mu[c*m.D:][:m.D], m.work.first[c*m.D:][:m.D], m.work.sq[c*m.D:][:m.D]
			if start {
				clear(first)
				clear(sq)
			}
			for i := range n {
				r := float64(m.work.r[i*m.K+c])
				for j, v := range h[i*m.D:][:m.D] {
					x := float64(v) - float64(mu[j])
					first[j] += float64(r * x)
					sq[j] += float64(r * float64(x*x))
				}
			}
		}
	})
}

// maximize moves the statistics towards the batch's and derives the parameters.
func (m *Mixture) maximize() {
	log := math.Log(m.Lambda)
	m.components(func(lo, hi int) {
		for c := lo; c < hi; c++ {
			w := m.work.mass[c]
			rho := m.gain(c, w, log)
			switch {
			case rho == 0:
			case m.work.exact:
				m.moveExact(c, 1/w, rho)
			case m.Covariance == "diagonal":
				m.moveDiagonal(c, 1/w, rho)
			default:
				m.moveSpherical(c, 1/w, rho)
			}
		}
	})
	m.shares()
	m.pool()
	m.weights()
}

// gain updates N_k and returns ρ_k, zero for a mass too small to divide by. log is ln λ.
func (m *Mixture) gain(c int, w, log float64) float64 {
	if m.Uniform {
		m.N[c] = float64(m.Lambda*m.N[c]) + w
	}
	if w < 1e-12 {
		return 0
	}
	a := w
	switch {
	case m.Uniform:
	case m.Lambda == 1: // nothing is forgotten
		m.N[c] += w
	default:
		a = -math.Expm1(w*log) / (1 - m.Lambda)
		m.N[c] = float64(math.Exp(w*log)*m.N[c]) + a
	}
	return min(1, a/m.N[c])
}

// merge is a running variance s that a batch of variance b joins with weight rho, its mean at a
// squared distance dd.
func merge(s, b, dd, rho float64) float64 {
	return float64((1-rho)*s) + float64(rho*max(b, 0)) + float64(rho*(1-rho)*dd)
}

// moveSpherical moves one component by the batch's sums, of which inv is one over the mass.
func (m *Mixture) moveSpherical(c int, inv, rho float64) {
	var dd, mm float64
	mu := m.Mu[c*m.D:][:m.D]
	for j, sum := range m.work.sum[c*m.D:][:m.D] {
		mean := float64(float64(sum) * inv)
		delta := mean - float64(mu[j])
		mm += float64(mean * mean)
		dd += float64(delta * delta)
		mu[j] = float32(float64(mu[j]) + float64(rho*delta))
	}
	d := float64(m.D)
	m.Within[c] = float32(merge(float64(m.Within[c]), (float64(m.work.norms[c]*inv)-mm)/d, dd/d, rho))
}

// moveDiagonal is moveSpherical with a variance per dimension.
func (m *Mixture) moveDiagonal(c int, inv, rho float64) {
	mu, within, sq := m.Mu[c*m.D:][:m.D], m.Within[c*m.D:][:m.D], m.work.sumSq[c*m.D:][:m.D]
	for j, sum := range m.work.sum[c*m.D:][:m.D] {
		mean := float64(float64(sum) * inv)
		delta := mean - float64(mu[j])
		b := float64(float64(sq[j])*inv) - float64(mean*mean)
		within[j] = float32(merge(float64(within[j]), b, float64(delta*delta), rho))
		mu[j] = float32(float64(mu[j]) + float64(rho*delta))
	}
}

// moveExact moves one component by moments about its old mean, of which inv is one over the mass.
func (m *Mixture) moveExact(c int, inv, rho float64) {
	mu, per, sq := m.Mu[c*m.D:][:m.D], len(m.Within)/m.K, m.work.sq[c*m.D:][:m.D]
	within, room := m.Within[c*per:][:per], make([]float64, per)
	for j, sum := range m.work.first[c*m.D:][:m.D] {
		x, s := float64(sum*inv), float64(within[j%per])
		room[j%per] += merge(s, float64(sq[j]*inv)-float64(x*x), float64(x*x), rho) * float64(per) / float64(m.D)
		mu[j] = float32(float64(mu[j]) + float64(rho*x))
	}
	for j, s := range room {
		within[j] = float32(s)
	}
}

// pool derives the shared variance: the mean over the components by what they know, floored.
func (m *Mixture) pool() {
	if m.Covariance != "shared" {
		return
	}
	var s, total float64
	for c, n := range m.known() {
		s += float64(n * float64(m.Within[c]))
		total += n
	}
	m.Pooled[0] = max(s/total, m.VarMin)
}

// weights derives learned mixture weights.
func (m *Mixture) weights() {
	if !m.Learned {
		return
	}
	scale := 1.0
	if m.Apart {
		scale = m.Seen[0]
	}
	var total float64
	for _, n := range m.known() {
		total += float64(n*scale) + m.Alpha
	}
	for c, n := range m.known() {
		m.Pi[c] = (float64(n*scale) + m.Alpha) / total
	}
}

// known is what the components are weighted by.
func (m *Mixture) known() []float64 {
	if m.Apart {
		return m.Share
	}
	return m.N
}

// shares moves the components' parts of the embeddings towards the batch's: a plain mean until as
// many have been seen as all components together remember, K/(1-λ), then an EMA.
func (m *Mixture) shares() {
	var batch float64
	for _, w := range m.work.mass {
		batch += w
	}
	m.Seen[0] = max(batch, min(m.Seen[0]+batch, float64(m.K)/(1-m.Lambda)))
	for c, w := range m.work.mass {
		m.Share[c] += (w - float64(batch*m.Share[c])) / m.Seen[0]
	}
}
