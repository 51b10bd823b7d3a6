package methods

import (
	"math"

	"protobench/internal/kernel"
)

// Mixture is a Gaussian mixture over embeddings that is kept up to date by online EM from running sufficient
// statistics (Sato and Ishii 2000). With responsibility forgetting a component's old statistics fade in proportion to the responsibility
// that replaces them (Celaya and Agostini 2015), so a component that nothing visits keeps what it knows:
//
//	log r_ik = β·[ln π_k - ½ Σ_j ((h_ij - μ_kj)²/v_kj + ln v_kj)],   γ_i = softmax(log r_i),   w_k = Σ_i γ_ik
//	N_k ← λ^w_k·N_k + a_k,   a_k = (1 - λ^w_k)/(1 - λ),   ρ_k = a_k/N_k
//	μ_k ← μ_k + ρ_k·(m_k - μ_k),   E2_k ← E2_k + ρ_k·(q_k - E2_k),   v_k = max(E2_k - μ_k², v_min)
//
// with m_k and q_k the batch's responsibility-weighted means of h and h². Uniform forgetting has N_k ← λ·N_k + w_k and ρ_k = w_k/N_k.
type Mixture struct {
	K, D       int
	Covariance string  // shared, spherical, diagonal
	VMF        bool    // responsibilities from κ·cos(h, μ) with fixed κ = Kappa instead of densities
	Kappa      float64 // concentration of vMF responsibilities
	Uniform    bool    // uniform forgetting
	Learned    bool    // mixture weights from N, else 1/K
	Lambda     float64 // forgetting factor λ
	VarMin     float64 // floor of the variances
	Alpha      float64 // pseudo-count α₀ of learned weights

	Mu, E2 []float64 // [K,D]; E2 has the second moments
	Var    []float64 // [1], [K] or [K,D] by Covariance
	N      []float64 // [K] running mass
	Pi     []float64 // [K] mixture weights

	r, h2      []float32 // responsibilities [n,K], squares [n,D]
	a, b       []float32 // component matrices of the E-step [K,D], then Σ γh, Σ γh²
	sum, sq    []float64 // Σ γh, Σ γh² [K,D]
	offset     []float64 // per-component constants of the E-step
	logDensity float64
	mass       []float64
}

// NewMixture returns a mixture at means mu [K,D] with one variance for all and mass n per component.
func NewMixture(mu []float32, k, d int, covariance string, variance, n float64) *Mixture {
	m := &Mixture{K: k, D: d, Covariance: covariance, Lambda: 0.95, Alpha: 1}
	m.Mu, m.E2 = make([]float64, k*d), make([]float64, k*d)
	m.N, m.Pi, m.mass, m.offset = make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	m.Var = make([]float64, map[string]int{"shared": 1, "spherical": k, "diagonal": k * d}[covariance])
	m.a, m.b = make([]float32, k*d), make([]float32, k*d)
	m.sum, m.sq = make([]float64, k*d), make([]float64, k*d)
	for i := range m.Var {
		m.Var[i] = variance
	}
	for c := range k {
		m.N[c], m.Pi[c] = n, 1/float64(k)
		m.place(c, mu[c*d:][:d])
	}
	return m
}

// place moves component c to a mean, with the second moments that its variance implies.
func (m *Mixture) place(c int, mu []float32) {
	for j, v := range mu {
		x := float64(v)
		m.Mu[c*m.D+j], m.E2[c*m.D+j] = x, x*x+m.variance(c, j)
	}
}

// variance returns v_kj.
func (m *Mixture) variance(c, j int) float64 {
	switch m.Covariance {
	case "shared":
		return m.Var[0]
	case "spherical":
		return m.Var[c]
	}
	return m.Var[c*m.D+j]
}

// Update runs one E-step and one M-step on embeddings h [n,D] with annealing power beta and returns the mass w [K] that
// each component got, valid until the next call.
func (m *Mixture) Update(h []float32, beta float64) []float64 {
	m.Responsibilities(h, beta)
	m.maximize(h)
	return m.mass
}

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
	scores(m.r, h, m.a, n, m.D, m.K)
	if !m.VMF {
		for i, v := range h {
			m.h2[i] = v * v
		}
		kernel.Gemm(false, true, n, m.K, m.D, m.h2, m.D, m.b, m.D, m.r, m.K, true)
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

// maximize moves the statistics towards the batch's and derives the parameters.
func (m *Mixture) maximize(h []float32) {
	n := len(h) / m.D
	clear(m.mass)
	for i := range n {
		for c, v := range m.r[i*m.K:][:m.K] {
			m.mass[c] += float64(v)
		}
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
	kernel.Gemm(true, false, m.K, m.D, n, m.r, m.K, h, m.D, m.a, m.D, false)
	kernel.Gemm(true, false, m.K, m.D, n, m.r, m.K, m.h2, m.D, m.b, m.D, false)
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

// Means returns the means scaled to unit norm into c [K,D]: the prototypes.
func (m *Mixture) Means(c []float32) {
	for k := range m.K {
		var s float64
		for _, v := range m.Mu[k*m.D:][:m.D] {
			s += v * v
		}
		f := 1 / max(math.Sqrt(s), kernel.NormEps)
		for j, v := range m.Mu[k*m.D:][:m.D] {
			c[k*m.D+j] = float32(v * f)
		}
	}
}

func (m *Mixture) state(prefix string) []Named {
	return []Named{f64(prefix+"mu", m.Mu), f64(prefix+"e2", m.E2), f64(prefix+"var", m.Var), f64(prefix+"n", m.N), f64(prefix+"pi", m.Pi)}
}
