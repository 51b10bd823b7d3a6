package methods

import "protobench/encoders"

// gmm prototypes are the normalised means of a [Mixture] over embeddings, updated by online EM. They are constants of
// the encoder's loss: the decoupled learner (Arteaga et al. 2025, sec. 3; the exact values are not public, so each choice is a setting).
type gmm struct {
	GMM
	p       *prototypes
	m       *Mixture
	cosines []float32
	reseed  *reseeder
}

func newGMM(cfg Config, start []float32, d int) *gmm {
	k := cfg.Settings.Prototypes.Count
	g := &gmm{GMM: cfg.Settings.GMM, p: newPrototypes(start, k, d, false), reseed: newReseeder(cfg)}
	lambda := g.lambda(cfg, k)
	// The start counts as a full memory, so that the first batches do not wipe it out.
	g.m = NewMixture(start, k, d, g.Covariance, 1/g.Precision, 1/(1-lambda))
	g.m.Lambda, g.m.Uniform = lambda, g.Forgetting == "uniform"
	g.m.VMF, g.m.Kappa = g.Responsibilities == "vmf", g.Precision
	g.m.Learned, g.m.Alpha, g.m.VarMin = g.Weights == "learned", g.Smoothing, 1/g.PrecisionMax
	return g
}

// lambda turns the memory (in passes over the training images) into the forgetting factor: 1/(1-λ) units of responsibility
// per component, or with uniform forgetting as many steps as bring that much mass.
func (g *gmm) lambda(cfg Config, k int) float64 {
	units := g.Memory * float64(cfg.Images) / float64(k)
	if g.Forgetting == "uniform" {
		units *= float64(k) / float64(2*cfg.Train.Batch)
	}
	return 1 - 1/max(2, units)
}

func (g *gmm) vectors() *prototypes      { return g.p }
func (g *gmm) params() []*encoders.Param { return nil }

func (g *gmm) restart(c []float32) {
	g.p.start(c)
	for k := range g.p.k {
		g.m.place(k, c[k*g.p.d:][:g.p.d])
	}
}

func (g *gmm) before(s *stepInput) {
	if g.Order == "before" {
		g.update(s, s.z[Teacher])
	}
}

func (g *gmm) after(s *stepInput) {
	if g.Order == "after" {
		z := s.z[Teacher]
		if g.Feed == "student" {
			z = s.z[Student]
		}
		g.update(s, z)
	}
}

func (g *gmm) update(s *stepInput, z []float32) {
	if s.step%g.Every != 0 {
		return
	}
	mass := g.m.Update(z, g.beta(s.epoch))
	if g.reseed != nil {
		n := len(z) / g.p.d
		if len(g.cosines) < n*g.p.k {
			g.cosines = make([]float32, n*g.p.k)
		}
		scores(g.cosines[:n*g.p.k], z, g.p.now[Teacher], n, g.p.d, g.p.k)
		g.reseed.run(g.p, mass, z, g.cosines, s, g.m.revive)
	}
	g.m.Means(g.p.value)
	g.p.effective()
	s.values["gmm.log_likelihood"] = g.m.LogLikelihood()
	s.values["gmm.precision"] = g.m.precision()
}

// beta is the annealing power: it rises linearly to 1.
func (g *gmm) beta(epoch float64) float64 {
	if epoch >= g.AnnealEpochs {
		return 1
	}
	return g.AnnealStart + (1-g.AnnealStart)*epoch/g.AnnealEpochs
}

// revive moves component k to a new mean with the mixture's mean variance and mass.
func (m *Mixture) revive(k int, z []float32) {
	v, n := 1/m.precision(), 0.0
	for _, x := range m.N {
		n += x / float64(m.K)
	}
	switch m.Covariance {
	case "spherical":
		m.Var[k] = v
	case "diagonal":
		for j := range m.D {
			m.Var[k*m.D+j] = v
		}
	}
	m.N[k] = n
	m.place(k, z)
}

// precision is one over the mean variance.
func (m *Mixture) precision() float64 {
	var s float64
	for _, v := range m.Var {
		s += v
	}
	return float64(len(m.Var)) / s
}

func (g *gmm) state(prefix string) []Named {
	return append(g.p.state(prefix), g.m.state(prefix+"mixture.")...)
}
