package methods

import "protobench/encoders"

// gmm prototypes are the normalised means of a [Mixture] over embeddings, updated by online EM. They are constants of
// the encoder's loss: the decoupled learner (Arteaga et al. 2025, sec. 3; the exact values are not public, so each choice is a setting).
// With an objective that takes embeddings unnormalised (CARP) the mixture is fitted to their directions.
type gmm struct {
	GMM
	p *prototypes
	m *Mixture
}

func newGMM(cfg Config, start []float32, d int) *gmm {
	k := cfg.Settings.Prototypes.Count
	g := &gmm{GMM: cfg.Settings.GMM, p: newPrototypes(start, k, d, false)}
	lambda := g.lambda(cfg, k)
	// Precisions are in units of D: 1 is the variance 1/D of unit vectors without a mean. A start is worth one embedding, so
	// that what no data has touched says next to nothing about the shared variance.
	g.m = NewMixture(start, k, d, g.Covariance, 1/(g.Precision*float64(d)), 1)
	g.m.Team = cfg.Team
	g.m.Lambda, g.m.Uniform = lambda, g.Forgetting == "uniform"
	g.m.VMF, g.m.Kappa = g.Responsibilities == "vmf", g.Precision*float64(d)
	g.m.Learned, g.m.Alpha, g.m.VarMin = g.Weights == "learned", g.Smoothing, 1/(g.PrecisionMax*float64(d))
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
	g.m.Update(z, g.beta(s.epoch))
	g.m.Means(g.p.value)
	g.p.effective()
	if !g.m.VMF { // without its normaliser the vMF value would mean nothing
		s.values["gmm.log_likelihood"] = g.m.LogLikelihood()
	}
	s.values["gmm.precision"] = g.m.precision() / float64(g.p.d)
}

// beta is the annealing power: it rises linearly to 1.
func (g *gmm) beta(epoch float64) float64 {
	if epoch >= g.AnnealEpochs {
		return 1
	}
	return g.AnnealStart + (1-g.AnnealStart)*epoch/g.AnnealEpochs
}

// move puts a component on an embedding, worth one embedding at the mean variance of all.
func (g *gmm) move(k int, z []float32) {
	g.m.revive(k, z)
	g.m.Means(g.p.value)
	g.p.effective()
}

// revive restarts component k at a mean.
func (m *Mixture) revive(k int, z []float32) {
	v := 1 / m.precision()
	switch m.Covariance {
	case "spherical":
		m.Var[k] = v
	case "diagonal":
		for j := range m.D {
			m.Var[k*m.D+j] = v
		}
	}
	m.N[k] = 1
	m.place(k, z)
	m.weights()
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
