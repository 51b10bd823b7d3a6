package uniqueness

import (
	"strconv"

	"protobench/metrics/metric"
)

// Epsilons are the cosine distances at which unique prototypes are counted, smallest first
// (Arteaga et al. 2025, figure 3). Tables show the smallest.
func Epsilons() []float64 { return []float64{0.025, 0.05, 0.1, 0.25, 0.5} }

// EpsilonText writes a distance as keys do.
func EpsilonText(eps float64) string { return strconv.FormatFloat(eps, 'g', -1, 64) }

// atEpsilons declares a family with a metric for each distance. The first one stands in the
// given tables.
func atEpsilons(declare func(i int, eps float64) metric.Spec, tables ...metric.Table) []metric.Spec {
	var family []metric.Spec
	for i, eps := range Epsilons() {
		s := declare(i, eps)
		if i == 0 {
			s.Tables = tables
		} else {
			s.Column = ""
		}
		family = append(family, s)
	}
	return family
}
