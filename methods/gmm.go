package methods

import "math"

// gmm prototypes are the normalised means of a [Mixture] over embeddings, updated by online EM. They are constants of
// the encoder's loss: the decoupled learner (Arteaga et al. 2025, sec. 3; the exact values are not public, so each choice is a setting).
// With an objective that takes embeddings unnormalised (CARP) the mixture is fitted to their directions.
type gmm struct {
	decoupled
	GMM
	m       *Mixture
	lambda  float64   // of a constant step
	updates []float64 // one element: updates so far
}

func newGMM(cfg Config, p *prototypes) *gmm {
	g := &gmm{decoupled: decoupled{p}, GMM: cfg.Settings.GMM, updates: make([]float64, 1)}
	g.lambda = g.remembering(cfg, p.k)
	g.m = NewMixture(p.value, p.k, p.d, g.Covariance, g.variance(), 1)
	g.m.Team = cfg.Team
	g.m.Uniform = g.Forgetting == "uniform"
	g.m.VMF, g.m.Kappa = g.Responsibilities == "vmf", g.Precision*float64(p.d)
	g.m.Learned, g.m.Alpha, g.m.VarMin = g.Weights == "learned", g.Smoothing, 1/(g.PrecisionMax*float64(p.d))
	if g.Weights == "sinkhorn" {
		g.m.Balance = g.Iterations
	}
	return g
}

// variance at the start. Precisions are in units of D: 1 is the variance 1/D of unit vectors without a mean.
func (g *gmm) variance() float64 { return 1 / (g.Precision * float64(g.p.d)) }

// remembering turns the memory (in passes over the training images) into the forgetting factor: 1/(1-λ) units of responsibility
// per component, or with uniform forgetting as many steps as bring that much mass.
func (g *gmm) remembering(cfg Config, k int) float64 {
	units := g.Memory * float64(cfg.Images) / float64(k)
	if g.Forgetting == "uniform" {
		units *= float64(k) / float64(2*cfg.Train.Batch)
	}
	return 1 - 1/max(2, units)
}

// forgetting is λ of the t-th update (t ≥ 1). A schedule of step sizes g_t (Cappé and Moulines 2009, (t+t₀)^-a; Liang and Klein 2009,
// (t+2)^-a with t from 0) is the recursion s ← (1-g_t)·s + g_t·s̄ of mean statistics per update. Uniform forgetting keeps sums S = s/g,
// for which it reads S ← λ·S + S̄ with λ = (1-g_t)·g_{t-1}/g_t; responsibility forgetting takes λ = 1-g_t, whose memory grows alike.
func (g *gmm) forgetting(t float64) float64 {
	offset := g.StepOffset
	switch g.Step {
	case "constant":
		return g.lambda
	case "liang-klein":
		offset = 1
	}
	now, last := math.Pow(t+offset, -g.StepPower), math.Pow(t-1+offset, -g.StepPower)
	if g.m.Uniform {
		return min(1, (1-now)*last/now)
	}
	return 1 - now
}

// adopt starts the mixture at the prototypes. A start is worth one embedding, so that what no data has touched says next to
// nothing about the shared variance.
func (g *gmm) adopt() {
	g.m.start(g.p.value, g.variance(), 1)
	g.updates[0] = 0
	g.p.publish(nil)
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
	g.updates[0]++
	g.m.Lambda = g.forgetting(g.updates[0])
	g.m.Update(z, g.beta(s.epoch))
	g.m.Means(g.p.value)
	g.p.publish(s.team)
	if !g.m.VMF { // without its normaliser the vMF value would mean nothing
		s.values["gmm.log_likelihood"] = g.m.LogLikelihood()
	}
	s.values["gmm.precision"] = g.m.precision() / float64(g.p.d)
	if g.Step != "constant" {
		s.values["gmm.step"] = 1 - g.m.Lambda
	}
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
	g.replace(k)
}

// split puts a component beside another one, with half of what that knows.
func (g *gmm) split(k, from int, z []float32) {
	g.m.split(k, from, z)
	g.replace(k)
}

func (g *gmm) replace(k int) {
	toSphere(g.p.value[k*g.p.d:][:g.p.d], g.m.Mu[k*g.p.d:][:g.p.d])
	g.p.replaced(k)
}

func (g *gmm) state(prefix string) []Named {
	return append(g.m.state(prefix+"mixture."), f64(prefix+"updates", g.updates))
}
