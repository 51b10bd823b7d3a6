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

	Team *kernel.Team // shares the work of an update

	Mu, E2 []float64 // [K,D]; E2 has the second moments
	Var    []float64 // [1], [K] or [K,D] by Covariance
	N      []float64 // [K] running mass
	Pi     []float64 // [K] mixture weights

	r, h2      []float32 // responsibilities [n,K], squares [n,D]
	a, b       []float32 // component matrices of the E-step [K,D], then Σ γh, Σ γh²
	sum, sq    []float64 // Σ γh, Σ γh² [K,D]
	shift      []float32 // per-component constants of the E-step [K]
	density    []float64 // [n] log densities of the rows
	logDensity float64
	mass       []float64
}

// NewMixture returns a mixture at means mu [K,D] with one variance for all and mass n per component.
func NewMixture(mu []float32, k, d int, covariance string, variance, n float64) *Mixture {
	m := &Mixture{K: k, D: d, Covariance: covariance, Lambda: 0.95, Alpha: 1}
	m.Mu, m.E2 = make([]float64, k*d), make([]float64, k*d)
	m.N, m.Pi, m.mass, m.shift = make([]float64, k), make([]float64, k), make([]float64, k), make([]float32, k)
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
