package mixture

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/sinkhorn"
)

// Mixture is a Gaussian mixture over embeddings that is kept up to date by online EM from running
// sufficient statistics (Sato and Ishii 2000). With responsibility forgetting a component's old
// statistics fade in proportion to the responsibility that replaces them (Celaya and Agostini
// 2015), so a component that nothing visits keeps what it knows:
//
//	log r_ik = β·[ln π_k - ½ Σ_j ((h_ij - μ_kj)²/v_kj + ln v_kj)],   γ_i = softmax(log r_i),   w_k = Σ_i γ_ik
//	N_k ← λ^w_k·N_k + a_k,   a_k = (1 - λ^w_k)/(1 - λ),   ρ_k = a_k/N_k
//	μ_k ← μ_k + ρ_k·δ_k,   s_k ← (1-ρ_k)·s_k + ρ_k·b_k + ρ_k·(1-ρ_k)·δ_k²,   v_k = max(s_k, v_min)
//
// with m_k and b_k the batch's responsibility-weighted mean and variance of h, and δ_k = m_k - μ_k.
// The second line is the running mean of h² less μ² in the form of Chan et al. 1983, whose terms
// are all positive: in float32 a variance can neither turn negative nor drown in the mean. Uniform
// forgetting has N_k ← λ·N_k + w_k and ρ_k = w_k/N_k.
//
// Balanced responsibilities are the fixed point's approximation by Sinkhorn-Knopp, in which each
// component gets n/K of the batch: no longer maximum likelihood, but no component can starve.
type Mixture struct {
	K, D       int
	Covariance string  // shared, spherical, diagonal
	VMF        bool    // responsibilities from κ·cos(h, μ) with fixed κ = Kappa instead of densities
	Kappa      float64 // concentration of vMF responsibilities
	Uniform    bool    // uniform forgetting
	Learned    bool    // mixture weights from the masses, else 1/K
	Apart      bool    // mixture weights and the shared variance by Share, else by N
	Balance    int     // iterations of Sinkhorn-Knopp on the responsibilities; 0 leaves them as they are
	Lambda     float64 // forgetting factor λ of the next update, in [0,1]
	VarMin     float64 // floor of the variances
	Alpha      float64 // pseudo-count α₀ of learned weights

	Team *team.Team // shares the work of an update and changes no number

	Mu     []float32 // means [K,D]
	Within []float32 // variance inside a component before the floor: [K,D] if diagonal, else its mean over the dimensions [K]
	Pooled []float64 // one element: the shared variance, the mean of Within by N, after the floor
	N      []float64 // running mass [K]
	Pi     []float64 // mixture weights [K]

	// Share [K] is each component's part of the embeddings, an average over as many of them as all
	// components remember, and Seen, one element, how many that are so far. Under responsibility
	// forgetting N says how much a component remembers, at most 1/(1-λ) whatever its part: by N,
	// weights of 0.9 and 0.1 would come out equal.
	Share []float64
	Seen  []float64

	room int // number of responsibilities held at a time, at most; 0 for mixtureRoom. Less of it changes last digits
	work mixtureWork
}

// mixtureWork is what an update leaves behind for nobody.
type mixtureWork struct {
	r, h2       []float32 // responsibilities [rows,K] of a slice of the batch; squares [rows,D], diagonal alone
	last        int       // rows of the slice that r has the responsibilities of
	squared     int       // first row of the slice whose squares h2 has; -1 where it has none
	held        int       // first row of the slice whose logarithms r has; -1 where it has others
	q           []float64 // |h_i|² [n]
	density     []float64 // ln Σ_k π_k N(h_i; μ_k, v_k) [n]
	gain, shift []float32 // per component: the log-density is gain·(h·μ - |h|²/2) + shift
	norm, least []float64 // |μ_k|² and the smallest variance, per component
	a, b        []float32 // μ/v and -½/v [K,D], diagonal alone
	sum, sumSq  []float32 // Σ γh, and diagonal alone Σ γh² [K,D]
	first, sq   []float64 // Σ γ(h-μ) and Σ γ(h-μ)² [K,D], where float32 will not do
	logs        []float64 // Σ_j ln v_kj [K], likewise
	mass, norms []float64 // Σ γ and Σ γ|h|² [K]
	logDensity  float64
	balancer    sinkhorn.Logarithmic
	exact       bool
}

// New returns a mixture at means mu [K,D] with one variance for all and mass n per component.
func New(mu []float32, k, d int, covariance string, variance, n float64) *Mixture {
	m := &Mixture{K: k, D: d, Covariance: covariance, Lambda: 0.95, Alpha: 1}
	m.Mu, m.Pooled, m.N, m.Pi = make([]float32, k*d), []float64{variance}, make([]float64, k), make([]float64, k)
	m.Share, m.Seen = make([]float64, k), make([]float64, 1)
	w := &m.work
	w.gain, w.shift = make([]float32, k), make([]float32, k)
	w.norm, w.least, w.mass, w.norms = make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	m.Within, w.sum = make([]float32, k), make([]float32, k*d)
	if covariance == "diagonal" {
		m.Within, w.a, w.b, w.sumSq = make([]float32, k*d), make([]float32, k*d), make([]float32, k*d), make([]float32, k*d)
	}
	m.Start(mu, variance, n)
	return m
}

// Start puts the mixture at means mu [K,D] with one variance for all and mass n per component.
func (m *Mixture) Start(mu []float32, variance, n float64) {
	copy(m.Mu, mu)
	for i := range m.Within {
		m.Within[i] = float32(variance)
	}
	for c := range m.K {
		m.N[c], m.Pi[c], m.Share[c] = n, 1/float64(m.K), 1/float64(m.K)
	}
	m.Seen[0] = float64(n * float64(m.K))
	m.Pooled[0] = variance
}

// variance returns v_kj.
func (m *Mixture) variance(c, j int) float64 {
	switch m.Covariance {
	case "shared":
		return m.Pooled[0]
	case "spherical":
		return max(float64(m.Within[c]), m.VarMin)
	}
	return max(float64(m.Within[c*m.D+j]), m.VarMin)
}

// components runs f on chunks [lo,hi) of the components.
func (m *Mixture) components(f func(lo, hi int)) { m.Team.Chunks(m.K, kernel.RowChunk(m.D), f) }

// mixtureBlock is the number of embeddings whose responsibilities are held at a time, unless that
// is too many for the room. It is a product's block as well, so that it changes no sum as long as
// the room allows it: up to K = 32,768.
const mixtureBlock = 512

// mixtureRoom is the number of responsibilities held at a time, at most: 64 MiB of them.
const mixtureRoom = 1 << 24

// rows is the number of embeddings of a batch of n whose responsibilities are held at a time. It
// depends on shapes alone. Balancing goes over the batch several times and keeps it whole where
// there is room, for what is not kept is computed again.
func (m *Mixture) rows(n int) int {
	most := m.room
	if most == 0 {
		most = mixtureRoom
	}
	if m.Balance > 0 && n*m.K <= most {
		return n
	}
	return min(mixtureBlock, max(1, most/m.K))
}

// Update runs one E-step and one M-step on embeddings h [n,D] with annealing power beta and returns
// the mass w [K] that each component got, valid until the next call.
func (m *Mixture) Update(h []float32, beta float64) []float64 {
	w, n := &m.work, len(h)/m.D
	m.prepare(h)
	size := m.rows(n)
	if m.Balance > 0 {
		m.balance(h, size, beta)
	}
	w.logDensity = 0
	for lo := 0; lo < n; lo += size {
		rows := min(size, n-lo)
		m.responsibilities(h, lo, rows, beta)
		m.accumulate(h, lo, rows)
		w.last = rows
		for _, v := range w.density[:rows] {
			w.logDensity += v / float64(n)
		}
	}
	m.maximize()
	return w.mass
}

// balance finds the potentials that [Mixture.responsibilities] ends on, slice by slice: in a pass
// over the batch each slice's embeddings get theirs from the components' of the pass before, and
// the slice is added to what the components' next ones are made of.
func (m *Mixture) balance(h []float32, size int, beta float64) {
	b, n := &m.work.balancer, len(h)/m.D
	b.Start(n, m.K)
	for it := range m.Balance {
		for lo := 0; lo < n; lo += size {
			rows := min(size, n-lo)
			x := m.logarithms(h, lo, rows, beta)
			if it > 0 {
				b.Embeddings(m.Team, x, lo, rows, false)
			}
			b.Gather(m.Team, x, lo, rows)
		}
		b.Components(it == 0)
	}
}

// MovedBy is the effective number of embeddings that moved a component in the last update,
// (Σγ)²/Σγ² of its responsibilities, a mean over the components that were moved: of the last 512
// embeddings of the batch where there are more (fewer beyond 32,768 components).
func (m *Mixture) MovedBy() float64 {
	sum, square := make([]float64, m.K), make([]float64, m.K)
	for i := range m.work.last {
		for c, v := range m.work.r[i*m.K:][:m.K] {
			sum[c] += float64(v)
			square[c] += float64(v) * float64(v)
		}
	}
	var total, moved float64
	for c, s := range square {
		if s > 0 {
			total, moved = total+sum[c]*sum[c]/s, moved+1
		}
	}
	return total / max(1, moved)
}

// LogLikelihood is the mean over the last batch of ln Σ_k π_k N(h; μ_k, v_k), in nats, without the
// annealing power and before balancing.
func (m *Mixture) LogLikelihood() float64 { return m.work.logDensity }
