package metrics

import "math"

// SoftUsage says how soft assignments spread over prototypes, in nats. Uniform
// assignments (no information) show as SampleEntropy near ln K with
// MutualInformation near 0; usage collapse as MarginalEntropy near 0.
type SoftUsage struct {
	Mean              []float64 // [K], mean probability of each prototype
	MarginalEntropy   float64   // entropy of Mean, 0..ln K
	Perplexity        float64   // exp(MarginalEntropy), 1..K
	SampleEntropy     float64   // mean entropy of one image's assignment, 0..ln K
	MutualInformation float64   // MarginalEntropy - SampleEntropy, ≥ 0 up to rounding
	Dead              float64   // share of prototypes whose mean probability is below 0.05/K
	Distinct          int       // different argmax prototypes (MSN's np, Assran et al. 2022)
}

// SoftUsageOf summarises assignment probabilities [N,K], whose rows sum to 1. It is
// undefined (false) for an empty matrix or numbers that are not probabilities.
func SoftUsageOf(p Matrix) (SoftUsage, bool) {
	if p.Rows == 0 || p.Cols == 0 || !probabilities(p) {
		return SoftUsage{}, false
	}
	u := SoftUsage{Mean: make([]float64, p.Cols)}
	for i := range p.Rows {
		u.SampleEntropy += rowEntropy(p.Row(i))
		for k, x := range p.Row(i) {
			u.Mean[k] += float64(x)
		}
	}
	u.finish(float64(p.Rows))
	u.Distinct = used(Counts(Assign(p), p.Cols))
	return u, true
}

func (u *SoftUsage) finish(n float64) {
	low, dead := deadBelow/float64(len(u.Mean)), 0
	for k := range u.Mean {
		u.Mean[k] /= n
		if u.Mean[k] < low {
			dead++
		}
	}
	u.SampleEntropy /= n
	u.MarginalEntropy = entropy(u.Mean)
	u.Perplexity = math.Exp(u.MarginalEntropy)
	u.MutualInformation = u.MarginalEntropy - u.SampleEntropy
	u.Dead = float64(dead) / float64(len(u.Mean))
}

func probabilities(p Matrix) bool {
	for _, x := range p.Data {
		if !(x >= 0) || !finite(float64(x)) {
			return false
		}
	}
	return true
}

func rowEntropy(p []float32) float64 {
	var h float64
	for _, x := range p {
		if x > 0 {
			h -= float64(float64(x) * math.Log(float64(x)))
		}
	}
	return h
}

func used(counts []int) int {
	n := 0
	for _, c := range counts {
		if c > 0 {
			n++
		}
	}
	return n
}
