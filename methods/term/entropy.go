package term

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// MeMax holds the keys of the [me-max] table.
type MeMax struct {
	Weight float64 `key:"weight" default:"1" range:"[0,)" doc:"weight of the me-max term: ln K less the entropy of the student's mean prediction at loss.temperature"`
}

// meMaxPart declares the regularizer me-max.
func meMaxPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "me-max", Doc: "keeps the mean prediction over all prototypes uniform (msn and carp have terms of their own)", Source: "Assran et al. 2022",
			Table: setting.Of[MeMax]("me-max").OwnedBy("me-max"),
		},
		New: func(v setting.Values, in Inputs) (*G.Node, float64, error) {
			n, err := MeMaxNode(in.Scores, float32(in.Temperature))
			return n, v.Float("me-max.weight"), err
		},
	}
}

// predictions are the rows' softmaxes of scores [N,K] at a temperature, as entropies see them.
type predictions struct {
	n, k        int
	temperature float32
	p           []float32 // [N,K]
	entropy     []float64 // what the gradient needs: ln of the mean [K], or the rows' entropies [N]
}

// MeMaxNode adds ln K - H(mean over the rows of softmax(s/temperature)) of scores s [N,K] (Assran
// et al. 2022, sec. 3): 0 when all prototypes are predicted equally often, ln K when all rows agree
// on one. Duplicates that share their rows satisfy it.
func MeMaxNode(s *G.Node, temperature float32) (*G.Node, error) {
	k := s.Shape()[1]
	t := &predictions{temperature: temperature, entropy: make([]float64, k)}
	return t.node("me-max", s, t.imbalance, t.imbalanceGradient)
}

// EntropyNode adds the mean entropy of the rows' softmax(s/temperature) of scores s [N,K]: it makes
// predictions certain.
func EntropyNode(s *G.Node, temperature float32) (*G.Node, error) {
	t := &predictions{temperature: temperature, entropy: make([]float64, s.Shape()[0])}
	return t.node("entropy", s, t.uncertainty, t.uncertaintyGradient)
}

func (t *predictions) node(kind string, s *G.Node, value func() float64, gradient func(ds []float32, f float64)) (*G.Node, error) {
	t.n, t.k = s.Shape()[0], s.Shape()[1]
	t.p = make([]float32, t.n*t.k)
	return graph.Apply(graph.Op{
		Kind: kind, Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			kernel.SoftmaxRows(team, t.p, in[0], t.n, t.k, 1/t.temperature)
			out[0] = float32(value())
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			ds, err := graph.Apply(graph.Op{
				Kind: kind + "-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, ds []float32) {
					gradient(ds, float64(v[0][0])/(float64(t.n)*float64(t.temperature)))
				},
			}, grad, out)
			return G.Nodes{ds}, err
		},
	}, s)
}

func (t *predictions) imbalance() float64 {
	mean := t.entropy
	clear(mean)
	for r := range t.n {
		kernel.AddWide(mean, t.p[r*t.k:][:t.k])
	}
	h := math.Log(float64(t.k))
	for j, m := range mean {
		m /= float64(t.n)
		mean[j] = math.Log(max(m, math.SmallestNonzeroFloat32))
		h += float64(m * mean[j])
	}
	return h
}

// imbalanceGradient uses d/ds_ij Σ m·ln m = p_ij·(ln m_j - Σ_l p_il·ln m_l)/(N·τ).
func (t *predictions) imbalanceGradient(ds []float32, f float64) {
	for r := range t.n {
		p := t.p[r*t.k:][:t.k]
		var mean float64
		for j, v := range p {
			mean += float64(float64(v) * t.entropy[j])
		}
		for j, v := range p {
			ds[r*t.k+j] = float32(f * float64(v) * (t.entropy[j] - mean))
		}
	}
}

func (t *predictions) uncertainty() float64 {
	var total float64
	for r := range t.n {
		var h float64
		for _, v := range t.p[r*t.k:][:t.k] {
			h -= float64(float64(v) * logOf(v))
		}
		t.entropy[r] = h
		total += h
	}
	return total / float64(t.n)
}

// uncertaintyGradient uses dH_i/ds_ij = -p_ij·(ln p_ij + H_i)/τ.
func (t *predictions) uncertaintyGradient(ds []float32, f float64) {
	for i, v := range t.p {
		ds[i] = float32(-f * float64(v) * (logOf(v) + t.entropy[i/t.k]))
	}
}

// logOf is the logarithm of a probability, finite where it underflows: it only ever enters as p·ln
// p.
func logOf(p float32) float64 { return math.Log(max(float64(p), math.SmallestNonzeroFloat32)) }
