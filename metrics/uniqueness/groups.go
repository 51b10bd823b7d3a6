package uniqueness

import (
	"slices"

	"protobench/metrics/metric"
)

// Groups are the rows that each representative covers (itself included), ascending, in the order of
// Representatives.
func (c Cover) Groups() [][]int {
	groups := make([][]int, len(c.Representatives))
	for row, o := range c.Owner {
		if o >= 0 {
			at, _ := slices.BinarySearch(c.Representatives, o)
			groups[at] = append(groups[at], row)
		}
	}
	return groups
}

// Largest is the number of rows in the largest group; 0 without groups.
func (c Cover) Largest() int {
	largest := 0
	for _, n := range c.Sizes() {
		largest = max(largest, n)
	}
	return largest
}

// LargestGroupSpecs declares largest_group@ε.
func LargestGroupSpecs() []metric.Spec {
	return atEpsilons(func(i int, eps float64) metric.Spec {
		return metric.Spec{
			Key: "largest_group@" + EpsilonText(eps), Of: metric.OfPrototypes, Unit: metric.CountOfK, Better: metric.Lower, Geometric: true,
			Doc: "prototypes in the largest group of the greedy cover at this cosine distance", Source: definitionOfUnique,
			Formula:  "max over representatives of the number of prototypes that each covers",
			Collapse: "K at total collapse; far above 1 where few groups hold most prototypes", Undefined: metric.NoDirection,
			Column: "**largest-group@ε**: prototypes in the largest group of near-duplicates, in % of K; all of them at total collapse, one where none has a near copy.",
			Value: func(in *metric.Input) metric.Result {
				n := covers(in)[i].Largest()
				return metric.Defined(float64(n), n > 0, metric.NoDirection)
			},
		}
	}, metric.GeometryTable)
}
