package usage

import (
	"math"

	"protobench/internal/kernel"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Soft says how soft assignments spread over prototypes, in nats. Uniform
// assignments (no information) show as SampleEntropy near ln K with
// MutualInformation near 0; usage collapse as MarginalEntropy near 0.
type Soft struct {
	Mean              []float64 // [K], mean probability of each prototype
	MarginalEntropy   float64   // entropy of Mean, 0..ln K
	Perplexity        float64   // exp(MarginalEntropy), 1..K
	SampleEntropy     float64   // mean entropy of one image's assignment, 0..ln K
	MutualInformation float64   // MarginalEntropy - SampleEntropy, ≥ 0 up to rounding
	Dead              float64   // share of prototypes whose mean probability is below 0.05/K
}

// SoftOf summarises assignment probabilities [N,K], whose rows sum to 1. It is
// undefined (false) for an empty matrix or numbers that are not probabilities.
func SoftOf(p matrix.Matrix) (Soft, bool) {
	if p.Rows == 0 || p.Cols == 0 || !probabilities(p) {
		return Soft{}, false
	}
	u, terms := Soft{Mean: make([]float64, p.Cols)}, make([]float64, p.Cols)
	for i := range p.Rows {
		u.SampleEntropy += rowEntropy(p.Row(i), terms)
		kernel.AddWide(u.Mean, p.Row(i))
	}
	u.finish(float64(p.Rows))
	return u, true
}

func (u *Soft) finish(n float64) {
	for k := range u.Mean {
		u.Mean[k] /= n
	}
	u.SampleEntropy /= n
	u.MarginalEntropy = matrix.Entropy(u.Mean)
	u.Perplexity = math.Exp(u.MarginalEntropy)
	u.MutualInformation = u.MarginalEntropy - u.SampleEntropy
	u.Dead = u.below(deadBelow)
}

// below is the share of prototypes whose mean probability is below a part of the fair share 1/K.
func (u *Soft) below(part float64) float64 {
	k, dead := float64(len(u.Mean)), 0
	for _, p := range u.Mean {
		if p < part/k {
			dead++
		}
	}
	return float64(dead) / k
}

func probabilities(p matrix.Matrix) bool {
	for _, x := range p.Data {
		if x < 0 {
			return false
		}
	}
	return p.Finite()
}

// rowEntropy is -Σ p ln p of probabilities, summed from the first to the last; terms is scratch for
// as many.
func rowEntropy(p []float32, terms []float64) float64 {
	kernel.TimesLog(terms, p)
	var h float64
	for _, t := range terms[:len(p)] {
		h -= t
	}
	return h
}

// softTemperature is the temperature at which scores become probabilities, one for all arms:
// objectives have their own or none.
const softTemperature = 0.1

// SoftSpecs describe the softmax of the scores, where argmax decides what is undecided.
func SoftSpecs() []metric.Spec {
	const undefined = "scores are not finite"
	var list []metric.Spec
	for _, q := range []struct {
		name, doc, formula, collapse string
		unit                         metric.Unit
		better                       metric.Direction
		of                           func(Soft) float64
	}{
		{"perplexity", "exp of the entropy of the mean probabilities", "exp H(mean_i p_i), p_i = softmax(s_i / 0.1)", "1 when one prototype takes all probability", metric.Effective, metric.Higher,
			func(u Soft) float64 { return u.Perplexity }},
		{"entropy", "mean entropy of one image's probabilities", "mean_i H(p_i), p_i = softmax(s_i / 0.1)", "ln K when predictions are uniform, whatever the argmax says", metric.Nats, metric.Lower,
			func(u Soft) float64 { return u.SampleEntropy }},
		{"information", "entropy of the mean less the mean entropy", "H(mean_i p_i) − mean_i H(p_i), p_i = softmax(s_i / 0.1)", "0 when all images are predicted alike", metric.Nats, metric.Higher,
			func(u Soft) float64 { return u.MutualInformation }},
		{"dead", "share of prototypes with a mean probability below 0.05/K", "Σ_k [mean_i p_ik < 0.05/K] / K, p_i = softmax(s_i / 0.1)", "near 1 when few prototypes take all probability", metric.Share, metric.Lower,
			func(u Soft) float64 { return u.Dead }},
	} {
		list = append(list, metric.Spec{
			Formula: q.formula, Key: "soft_" + q.name + "@t0.1", Of: metric.OfPrototypes, Unit: q.unit, Better: q.better, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
			Doc: q.doc + ", of the softmax of scores / 0.1 on training images", Source: "Bridle, Heading and MacKay 1991", Collapse: q.collapse,
			Value: func(in *metric.Input) metric.Result {
				u, ok := softIn(in)
				return metric.Defined(q.of(u), ok, undefined)
			},
		})
	}
	list[0].Column = "**soft_…@t0.1**: usage by the softmax of scores / 0.1 instead of the argmax, which decides what is undecided; " +
		"entropy near ln K with information near 0 are uniform predictions."
	return list
}

func softIn(in *metric.Input) (Soft, bool) {
	return metric.SharedIf(in, "soft usage", func() (Soft, bool) { return SoftOf(softmax(in.Scores, softTemperature)) })
}

// softmax turns scores [N,K] over a temperature into probabilities [N,K]; NaN scores stay NaN.
func softmax(scores matrix.Matrix, temperature float64) matrix.Matrix {
	p := matrix.New(scores.Rows, scores.Cols)
	e := make([]float64, scores.Cols)
	for i := range scores.Rows {
		row := scores.Row(i)
		top := math.Inf(-1)
		for _, s := range row {
			top = math.Max(top, float64(s))
		}
		var sum float64
		for k, s := range row {
			e[k] = math.Exp((float64(s) - top) / temperature)
			sum += e[k]
		}
		for k := range e {
			p.Row(i)[k] = float32(e[k] / sum)
		}
	}
	return p
}
