package learner

import (
	"math"

	"protobench/internal/setting"
	"protobench/methods/mixture"
	"protobench/methods/part"
)

// GMM holds the keys of the [gmm] table: the decoupled online EM (Arteaga et al. 2025, whose exact
// values are not public; every choice is a setting).
type GMM struct {
	Covariance       string  `key:"covariance" default:"shared" in:"shared|spherical|diagonal" doc:"variances: one for all, one per component, or one per component and dimension"`
	Responsibilities string  `key:"responsibilities" default:"gaussian" in:"gaussian|vmf" doc:"E-step: Gaussian densities, or cosine with fixed precision"`
	Weights          string  `key:"weights" default:"uniform" in:"uniform|learned|sinkhorn" doc:"mixture weights; sinkhorn: uniform ones, and responsibilities balanced over the components"`
	Iterations       int     `key:"iterations" default:"3" range:"[1,100]" read:"gmm.weights=sinkhorn" hash:"set" doc:"Sinkhorn-Knopp iterations, with weights = \"sinkhorn\""`
	Forgetting       string  `key:"forgetting" default:"responsibility" in:"responsibility|uniform" doc:"old statistics fade by the responsibility that replaces them, or with every step"`
	Memory           float64 `key:"memory" default:"1" range:"(0,)" read:"gmm.step=constant" doc:"statistics remember memory × training images / K units of responsibility, at least 2 (uniform: that many steps' worth), with step = \"constant\""`
	Step             string  `key:"step" default:"constant" in:"constant|cappe-moulines|liang-klein" hash:"set" doc:"step size of the t-th update: from gmm.memory, (t + step_offset)^-step_power, or (t + 1)^-step_power; responsibility forgetting then remembers one over the step size"`
	StepPower        float64 `key:"step_power" default:"0.6" range:"(0.5,1]" read:"gmm.step=cappe-moulines,gmm.step=liang-klein" hash:"set" doc:"power of a step size that falls (0.6 as Cappé and Moulines advise, 0.7 as Liang and Klein used)"`
	StepOffset       float64 `key:"step_offset" default:"1" range:"[1,)" read:"gmm.step=cappe-moulines" hash:"set" doc:"updates that the cappe-moulines schedule starts late"`
	Precision        float64 `key:"precision" default:"1" range:"(0,)" doc:"precision (1/variance) at the start in units of D, where 1 is that of unit vectors without a mean; the fixed concentration of vmf responsibilities in the same unit"`
	PrecisionMax     float64 `key:"precision_max" default:"4" range:"(0,)" doc:"variance floor, as the largest precision in units of D"`
	Smoothing        float64 `key:"smoothing" default:"1" range:"[0,)" read:"gmm.weights=learned" doc:"Dirichlet pseudo-count of learned mixture weights"`
	AnnealStart      float64 `key:"anneal_start" default:"1" range:"(0,1]" needs:"gmm.anneal_epochs!=0" doc:"power of the responsibilities at the start (deterministic annealing)"`
	AnnealEpochs     float64 `key:"anneal_epochs" default:"0" range:"[0,)" needs:"gmm.anneal_start!=1" doc:"epochs in which that power rises to 1"`
	Feed             string  `key:"feed" default:"teacher" in:"teacher|student" doc:"branch whose embeddings the mixture is fitted to"`
	Order            string  `key:"order" default:"before" in:"before|after" doc:"update before or after the encoder's step"`
	Every            int     `key:"every" default:"1" range:"[1,)" doc:"update every n steps"`
}

// gmmPart declares [gmm].
func gmmPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "gmm", Doc: "decoupled: means of a Gaussian mixture, online EM on teacher embeddings, no gradient", Source: "Arteaga et al. 2025; Celaya and Agostini 2015",
			Table: setting.Of[GMM]("gmm").OwnedBy("gmm"), Reads: moving(),
			Check: func(c part.Config) []*setting.KeyError { return setting.Read[GMM](c.Settings, "gmm").contradictions() },
			Onsets: func(c part.Config) []part.Onset {
				s := setting.Read[GMM](c.Settings, "gmm")
				if s.AnnealStart == 1 {
					return nil
				}
				return []part.Onset{part.Onset{Key: "gmm.anneal_epochs", Epoch: s.AnnealEpochs, Missed: "the responsibilities' power does not reach 1"}.Within(c, "gmm")}
			},
		},
		New: func(c part.Config, _ Host, p *Prototypes) Learner { return newGMM(c, p) },
	}
}

// contradictions are settings that exclude each other.
func (g GMM) contradictions() []*setting.KeyError {
	var out []*setting.KeyError
	if g.Feed == "student" && g.Order == "before" {
		out = append(out, part.Refuse("gmm.feed", "set gmm.order = \"after\"", "student embeddings exist only after the encoder's forward pass")...)
	}
	if g.Precision > g.PrecisionMax && g.Responsibilities == "gaussian" {
		out = append(out, part.Refuse("gmm.precision", "raise the maximum", "the start %g is above gmm.precision_max %g", g.Precision, g.PrecisionMax)...)
	}
	return out
}

// gmm prototypes are the normalised means of a [mixture.Mixture] over embeddings, updated by online
// EM. They are constants of the encoder's loss: the decoupled learner (Arteaga et al. 2025, sec. 3;
// the exact values are not public, so each choice is a setting). With an objective that takes
// embeddings unnormalised (CARP) the mixture is fitted to their directions.
type gmm struct {
	Decoupled
	GMM
	m       *mixture.Mixture
	lambda  float64   // of a constant step
	updates []float64 // one element: updates so far
	updated bool      // in the last step
}

func newGMM(cfg part.Config, p *Prototypes) *gmm {
	g := &gmm{Decoupled: Decoupled{p}, GMM: setting.Read[GMM](cfg.Settings, "gmm"), updates: make([]float64, 1)}
	g.lambda = g.remembering(cfg, p.K)
	g.m = mixture.New(p.Value, p.K, p.D, g.Covariance, g.variance(), 1)
	g.m.Team = cfg.Team
	g.m.Uniform = g.Forgetting == "uniform"
	g.m.Apart = !g.m.Uniform
	g.m.VMF, g.m.Kappa = g.Responsibilities == "vmf", g.Precision*float64(p.D)
	g.m.Learned, g.m.Alpha, g.m.VarMin = g.Weights == "learned", g.Smoothing, 1/(g.PrecisionMax*float64(p.D))
	if g.Weights == "sinkhorn" {
		g.m.Balance = g.Iterations
	}
	return g
}

// variance at the start. Precisions are in units of D: 1 is the variance 1/D of unit vectors
// without a mean.
func (g *gmm) variance() float64 { return 1 / (g.Precision * float64(g.P.D)) }

// remembering turns the memory (in passes over the training images) into the forgetting factor:
// 1/(1-λ) units of responsibility per component, or with uniform forgetting as many steps as bring
// that much mass.
func (g *gmm) remembering(cfg part.Config, k int) float64 {
	units := g.Memory * float64(cfg.Images) / float64(k)
	if g.Forgetting == "uniform" {
		units *= float64(k) / float64(2*cfg.Train.Batch)
	}
	return 1 - 1/max(2, units)
}

// forgetting is λ of the t-th update (t ≥ 1). A schedule of step sizes g_t (Cappé and Moulines
// 2009, (t+t₀)^-a; Liang and Klein 2009, (t+2)^-a with t from 0) is the recursion s ← (1-g_t)·s +
// g_t·s̄ of mean statistics per update. Uniform forgetting keeps sums S = s/g, for which it reads S
// ← λ·S + S̄ with λ = (1-g_t)·g_{t-1}/g_t; responsibility forgetting takes λ = 1-g_t, whose memory
// grows alike.
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

// Adopt starts the mixture at the prototypes. A start is worth one embedding, so that what no data
// has touched says next to nothing about the shared variance.
func (g *gmm) Adopt() {
	g.m.Start(g.P.Value, g.variance(), 1)
	g.updates[0] = 0
	g.P.Publish(nil)
}

func (g *gmm) Before(s *Step) {
	if g.Order == "before" {
		g.update(s, s.Z[part.Teacher])
	}
}

func (g *gmm) After(s *Step) {
	if g.Order == "after" {
		z := s.Z[part.Teacher]
		if g.Feed == "student" {
			z = s.Z[part.Student]
		}
		g.update(s, z)
	}
}

func (g *gmm) update(s *Step, z []float32) {
	if g.updated = s.Index%g.Every == 0; !g.updated {
		return
	}
	g.updates[0]++
	g.m.Lambda = g.forgetting(g.updates[0])
	g.m.Update(z, g.beta(s.Epoch))
	g.m.Means(g.P.Value)
	g.P.Publish(s.Team)
	if !g.m.VMF { // without its normaliser the vMF value would mean nothing
		s.Found.Note("gmm.log_likelihood", g.m.LogLikelihood())
	}
	s.Found.Note("gmm.precision", g.m.Precision()/float64(g.P.D))
	if g.Step != "constant" {
		s.Found.Note("gmm.step", 1-g.m.Lambda)
	}
}

// MovedBy implements [Mover], by responsibilities. A step without an update has moved nothing.
func (g *gmm) MovedBy() (float64, bool) { return g.m.MovedBy(), g.updated }

// beta is the annealing power: it rises linearly to 1.
func (g *gmm) beta(epoch float64) float64 {
	if epoch >= g.AnnealEpochs {
		return 1
	}
	return g.AnnealStart + (1-g.AnnealStart)*epoch/g.AnnealEpochs
}

// Move puts a component on an embedding, worth one embedding at the mean variance of all.
func (g *gmm) Move(k int, z []float32) {
	g.m.Revive(k, z)
	g.replace(k)
}

// Split puts a component beside another one, with half of what that knows.
func (g *gmm) Split(k, from int, z []float32) {
	g.m.Split(k, from, z)
	g.replace(k)
}

func (g *gmm) replace(k int) {
	mixture.ToSphere(g.P.Value[k*g.P.D:][:g.P.D], g.m.Mu[k*g.P.D:][:g.P.D])
	g.P.replaced(k)
}

func (g *gmm) State(prefix string) []part.Named {
	m, at := g.m, prefix+"mixture."
	return []part.Named{
		part.F32Of(at+"mu", m.Mu, m.K, m.D), part.F32Of(at+"within", m.Within, m.K, len(m.Within)/m.K), part.F64Of(at+"pooled", m.Pooled),
		part.F64Of(at+"n", m.N), part.F64Of(at+"pi", m.Pi), part.F64Of(at+"share", m.Share), part.F64Of(at+"seen", m.Seen), part.F64Of(prefix+"updates", g.updates),
	}
}
