package uniqueness

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// GroupedPerplexity is the perplexity of the usage after counts [K] are summed over
// the groups of owner [K] ([Cover].Owner; a negative owner leaves its prototype
// alone): the effective number of distinct prototypes in use, between 1 and the
// plain perplexity. It falls with duplicates and with disuse alike, and needs
// no threshold of usage. Undefined (false) when nothing is assigned.
func GroupedPerplexity(counts, owner []int) (float64, bool) {
	matrix.MustMatch("owners", len(owner), len(counts))
	grouped := make([]int, len(counts))
	for k, c := range counts {
		if owner[k] >= 0 {
			grouped[owner[k]] += c
		} else {
			grouped[k] += c
		}
	}
	s, ok := matrix.Shares(grouped)
	if !ok {
		return 0, false
	}
	return math.Exp(matrix.Entropy(s)), true
}

// GroupedSpecs declares the grouped perplexity.
func GroupedSpecs() []metric.Spec {
	return []metric.Spec{{
		Formula: "exp(−Σ_g u_g ln u_g), u_g: shares of the groups of the greedy cover", Key: "grouped_perplexity", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.MainTable}, Undefined: metric.NothingAssigned,
		Doc: "the same over groups of duplicates (" + EpsilonText(Epsilons()[0]) + "): prototypes in use and distinct", Source: "needs no threshold on usage",
		Collapse: "low with duplicates and with disuse alike",
		Column: "**grouped-perplexity**: the same over groups of duplicates (ε " + EpsilonText(Epsilons()[0]) + "), that is the effective number of distinct prototypes in use. " +
			"It needs no threshold on usage.",
		Value: metric.DefinedBy(func(in *metric.Input) (float64, bool) { return GroupedPerplexity(in.Counts(), Owner(in)) }, metric.NothingAssigned),
	}}
}
