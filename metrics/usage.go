package metrics

import (
	"math"

	"protobench/metrics/matrix"
)

// Usage says how hard assignments spread over K prototypes. A collapse of usage
// (few prototypes take all images) shows as low Used and Perplexity and high
// Dead; duplicates that share images stay invisible here (Unique sees them).
type Usage struct {
	Used       int     // prototypes with at least one image, 0..K
	Live       int     // prototypes with their minimum share of images (Live), 0..K
	Dead       float64 // share of prototypes that are not live, 0..1
	Empty      float64 // share of prototypes without any image, 0..1
	Entropy    float64 // of the usage shares, nats, 0..ln K
	Perplexity float64 // exp(Entropy), the effective number of used prototypes, 1..K
}

// UsageOf summarises counts [K] over n images. It is undefined (false) without
// prototypes or when nothing is assigned.
func UsageOf(counts []int, n int) (Usage, bool) {
	var u Usage
	shares, ok := matrix.Shares(counts)
	if !ok {
		return u, false
	}
	for k, live := range Live(counts, n) {
		if counts[k] > 0 {
			u.Used++
		}
		if live {
			u.Live++
		}
	}
	k := float64(len(counts))
	u.Dead, u.Empty = (k-float64(u.Live))/k, (k-float64(u.Used))/k
	u.Entropy = matrix.Entropy(shares)
	u.Perplexity = math.Exp(u.Entropy)
	return u, true
}

// HardIn is that of the learner's prototypes; false when nothing is assigned.
func HardIn(in *Input) (Usage, bool) {
	return sharedIf(in, "usage", func() (Usage, bool) { return UsageOf(in.Counts(), in.Scores.Rows) })
}

func usageSpecs() []Spec {
	of := func(value func(Usage) float64) func(*Input) Result {
		return func(in *Input) Result {
			u, ok := HardIn(in)
			return defined(value(u), ok, nothingAssigned)
		}
	}
	return []Spec{
		{
			Formula: "Σ_k [n_k > 0], n_k: images with argmax k", Key: "used", Of: OfPrototypes, When: OnCurve, Unit: CountOfK, Better: Higher, Tables: []Table{GeometryTable}, Undefined: nothingAssigned,
			Doc: "prototypes that at least one training image is assigned to", Source: "hard argmax of the learner's scores",
			Collapse: "few prototypes take all images; duplicates that share images stay invisible",
			Column:   "**used**: share of prototypes with at least one training image.",
			Value:    of(func(u Usage) float64 { return float64(u.Used) }),
		},
		{
			Formula: "Σ_k [n_k < max(1, 0.05 n/K)] / K", Key: "dead", Of: OfPrototypes, When: OnCurve, Unit: Share, Better: Lower, Tables: []Table{MainTable, BriefTable}, Undefined: nothingAssigned,
			Doc: "share of prototypes that are not live", Source: "hard argmax of the learner's scores",
			Collapse: "near 1 when few prototypes take all images",
			Column:   "**dead**: share of prototypes that are not live.",
			Value:    of(func(u Usage) float64 { return u.Dead }),
		},
		{
			Key: "usage_entropy", Of: OfPrototypes, Unit: Nats, Better: Higher, Undefined: nothingAssigned,
			Doc: "entropy of the assignments", Source: "hard argmax of the learner's scores", Formula: "−Σ_k u_k ln u_k, u: shares of the images",
			Collapse: "0 when one prototype takes all images; blind to duplicates",
			Value:    of(func(u Usage) float64 { return u.Entropy }),
		},
		{
			Formula: "exp(−Σ_k u_k ln u_k), u_k = n_k/n", Key: "usage_perplexity", Of: OfPrototypes, When: OnCurve, Unit: Effective, Better: Higher, Tables: []Table{MainTable}, Undefined: nothingAssigned,
			Doc: "exp of the entropy of the assignments", Source: "natural logarithm",
			Collapse: "1 when one prototype takes all images; blind to duplicates",
			Column:   "**usage-perplexity**: exp of the entropy of training images over prototypes; K when all are used alike, 1 at total collapse.",
			Value:    of(func(u Usage) float64 { return u.Perplexity }),
		},
	}
}
