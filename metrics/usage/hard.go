package usage

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Hard says how hard assignments spread over K prototypes. A collapse of usage
// (few prototypes take all images) shows as low Used and Perplexity and high
// Dead; duplicates that share images stay invisible here (package uniqueness sees them).
type Hard struct {
	Used       int     // prototypes with at least one image, 0..K
	Live       int     // prototypes with their minimum share of images (Live), 0..K
	Dead       float64 // share of prototypes that are not live, 0..1
	Empty      float64 // share of prototypes without any image, 0..1
	Entropy    float64 // of the usage shares, nats, 0..ln K
	Perplexity float64 // exp(Entropy), the effective number of used prototypes, 1..K
}

// HardOf summarises counts [K] over n images. It is undefined (false) without
// prototypes or when nothing is assigned.
func HardOf(counts []int, n int) (Hard, bool) {
	var u Hard
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
func HardIn(in *metric.Input) (Hard, bool) {
	return metric.SharedIf(in, "usage", func() (Hard, bool) { return HardOf(in.Counts(), in.Scores.Rows) })
}

// HardSpecs declares usage by hard assignments.
func HardSpecs() []metric.Spec {
	of := func(value func(Hard) float64) func(*metric.Input) metric.Result {
		return func(in *metric.Input) metric.Result {
			u, ok := HardIn(in)
			return metric.Defined(value(u), ok, metric.NothingAssigned)
		}
	}
	return []metric.Spec{
		{
			Formula: "Σ_k [n_k > 0], n_k: images with argmax k", Key: "used", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.CountOfK, Better: metric.Higher, Tables: []metric.Table{metric.GeometryTable}, Undefined: metric.NothingAssigned,
			Doc: "prototypes that at least one training image is assigned to", Source: "hard argmax of the learner's scores",
			Collapse: "few prototypes take all images; duplicates that share images stay invisible",
			Column:   "**used**: share of prototypes with at least one training image.",
			Value:    of(func(u Hard) float64 { return float64(u.Used) }),
		},
		{
			Formula: "Σ_k [n_k < max(1, 0.05 n/K)] / K", Key: "dead", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Share, Better: metric.Lower, Tables: []metric.Table{metric.MainTable, metric.BriefTable}, Undefined: metric.NothingAssigned,
			Doc: "share of prototypes that are not live", Source: "hard argmax of the learner's scores",
			Collapse: "near 1 when few prototypes take all images",
			Column:   "**dead**: share of prototypes that are not live.",
			Value:    of(func(u Hard) float64 { return u.Dead }),
		},
		{
			Key: "usage_entropy", Of: metric.OfPrototypes, Unit: metric.Nats, Better: metric.Higher, Undefined: metric.NothingAssigned,
			Doc: "entropy of the assignments", Source: "hard argmax of the learner's scores", Formula: "−Σ_k u_k ln u_k, u: shares of the images",
			Collapse: "0 when one prototype takes all images; blind to duplicates",
			Value:    of(func(u Hard) float64 { return u.Entropy }),
		},
		{
			Formula: "exp(−Σ_k u_k ln u_k), u_k = n_k/n", Key: "usage_perplexity", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.MainTable}, Undefined: metric.NothingAssigned,
			Doc: "exp of the entropy of the assignments", Source: "natural logarithm",
			Collapse: "1 when one prototype takes all images; blind to duplicates",
			Column:   "**usage-perplexity**: exp of the entropy of training images over prototypes; K when all are used alike, 1 at total collapse.",
			Value:    of(func(u Hard) float64 { return u.Perplexity }),
		},
	}
}
