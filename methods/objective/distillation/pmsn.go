package distillation

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// PMSN holds the keys of the [pmsn] table (Assran et al. 2023; the exponent is lightly's).
type PMSN struct {
	Prior    string  `key:"prior" default:"power-law" in:"power-law|uniform" doc:"distribution over the prototypes that the mean prediction is held to: prototype k gets a share proportional to k^-exponent, or all get the same"`
	Exponent float64 `key:"exponent" default:"0.25" range:"[0,)" needs:"pmsn.prior=power-law,pmsn.weight!=0" doc:"exponent of the power law (0: uniform)"`
	Weight   float64 `key:"weight" default:"1" range:"[0,)" doc:"weight of the divergence of the mean prediction from the prior"`
}

// DeclarePMSN declares [pmsn].
func DeclarePMSN() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "pmsn", Doc: "msn with a prior of its own over the prototypes, such as a power law for long-tailed images, in place of me-max", Source: "Assran et al. 2023",
			Table: setting.Of[PMSN]("pmsn").OwnedBy("pmsn"),
			Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init", "msn.sharpen", "msn.entropy_weight"},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, WeightNorm: true, Temperature: v.Float("loss.temperature"), Scores: true, Crops: true}
		},
		New:      func(c part.Config, _ objective.Views, _ int) objective.Objective { return newPMSN(c) },
		Covers:   map[string]string{"me-max": "pmsn.weight"},
		Faithful: faithfulPMSN,
		Preset:   "joint, msn with a power-law prior over the prototypes",
	}
}

// pmsn is [msn] whose mean prediction m is held to a prior π instead of to the uniform distribution
// (Assran et al. 2023):
//
//	loss = cross-entropy + weight·KL(π ‖ m) + entropy_weight·mean entropy,   π_k ∝ k^-exponent, k = 1 … K
//
// Targets are the teacher's sharpened softmax alone: balancing them over the prototypes would hold
// them to the uniform distribution again.
type pmsn struct {
	*msn
	weight float64
	prior  []float64 // [K]
}

func newPMSN(c part.Config) *pmsn {
	s, shared, k := setting.Read[PMSN](c.Settings, "pmsn"), setting.Read[MSN](c.Settings, "msn"), c.Settings.Int("prototypes.count")
	if s.Prior == "uniform" {
		s.Exponent = 0
	}
	shared.MeMax, shared.Sinkhorn = 0, false
	return &pmsn{newMSN(shared, k, c.Settings.Float("loss.temperature")), s.Weight, powerLaw(k, s.Exponent)}
}

// powerLaw is the distribution over 1 … k proportional to the number's power -exponent.
func powerLaw(k int, exponent float64) []float64 {
	prior, sum := make([]float64, k), 0.0
	for i := range prior {
		prior[i] = math.Pow(float64(i+1), -exponent)
		sum += prior[i]
	}
	for i := range prior {
		prior[i] /= sum
	}
	return prior
}

func (o *pmsn) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	loss, err := o.msn.Loss(h, s, targets)
	if err != nil || o.weight == 0 {
		return loss, err
	}
	kl, err := priorNode(s, o.prior, float32(o.temperature))
	if err != nil {
		return nil, err
	}
	return graph.Sum([]float32{1, h.Scaled(float32(o.weight))}, loss, kl)
}

// priorNode adds KL(π ‖ m) of a prior π [K] and the mean m over the rows of softmax(s/temperature)
// of scores s [N,K]: infinite where a prototype that the prior wants is never predicted.
func priorNode(s *G.Node, prior []float64, temperature float32) (*G.Node, error) {
	n, k := s.Shape()[0], s.Shape()[1]
	p, ratio := make([]float32, n*k), make([]float64, k) // softmaxes, and π/m
	return graph.Apply(graph.Op{
		Kind: "prior", Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			kernel.SoftmaxRows(team, p, in[0], n, k, 1/temperature)
			out[0] = float32(divergence(ratio, p, prior))
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			ds, err := graph.Apply(graph.Op{
				Kind: "prior-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, ds []float32) {
					f := float64(v[0][0]) / (float64(n) * float64(temperature))
					for r := range n {
						priorGradient(ds[r*k:][:k], p[r*k:][:k], ratio, f)
					}
				},
			}, grad, out)
			return G.Nodes{ds}, err
		},
	}, s)
}

// divergence returns KL(π ‖ m) with m the mean of the rows p [N,K], and leaves π/m in ratio.
func divergence(ratio []float64, p []float32, prior []float64) float64 {
	clear(ratio)
	k := len(prior)
	for lo := 0; lo < len(p); lo += k {
		kernel.AddWide(ratio, p[lo:][:k])
	}
	n, kl := float64(len(p)/k), 0.0
	for j, sum := range ratio {
		mean := max(sum/n, math.SmallestNonzeroFloat32)
		ratio[j] = prior[j] / mean
		kl += float64(prior[j] * math.Log(ratio[j]))
	}
	return kl
}

// priorGradient uses d/ds_j -Σ_k π_k·ln m_k = p_j·(Σ_k p_k·π_k/m_k - π_j/m_j)/(N·τ) for a row.
func priorGradient(ds, p []float32, ratio []float64, f float64) {
	var mean float64
	for j, v := range p {
		mean += float64(float64(v) * ratio[j])
	}
	for j, v := range p {
		ds[j] = float32(f * float64(v) * (mean - ratio[j]))
	}
}

// faithfulPMSN is MSN's, with a prior: no settings beside those are published.
func faithfulPMSN(t part.Train) map[string]any {
	keys := faithfulMSN(t)
	for _, own := range []string{"msn.me_max_weight", "msn.sinkhorn", "msn.iterations"} {
		delete(keys, own)
	}
	keys["pmsn.prior"], keys["pmsn.exponent"], keys["pmsn.weight"] = "power-law", 0.25, 1.0
	return keys
}
