package metrics

import (
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// LiveUnique is Unique among the live prototypes alone: the headline number. Frozen
// random vectors are unique and mostly dead, so Unique praises them and this
// does not; duplicates and dead prototypes both lower it.
//
// Owner is -1 for dead rows; with no live prototype Count is 0.
//
// The count can exceed that of Unique, as greedy covers of a set and of a part of it are not
// nested. Three rows at 0°, 10° and -10° have cosine distances 0.015, 0.015 and 0.060. At ε = 0.025
// the first covers the others, so that Unique counts 1; if it is dead, neither of the others covers
// the other, and LiveUnique counts 2.
func LiveUnique(p matrix.Matrix, counts []int, n int, eps float64) Cover {
	return LiveCovers(nil, p, counts, n, []float64{eps})[0]
}

// LiveCovers is LiveUnique for several thresholds, in the order of eps. The team shares the work and
// changes no bit.
func LiveCovers(team *team.Team, p matrix.Matrix, counts []int, n int, eps []float64) []Cover {
	matrix.MustMatch("usage counts", len(counts), p.Rows)
	var rows []int
	for k, ok := range Live(counts, n) {
		if ok {
			rows = append(rows, k)
		}
	}
	return coverRows(team, matrix.DirectionsOf(p), rows, eps)
}

// LiveUniqueKey is the key of live_unique@ε.
func LiveUniqueKey(eps float64) string { return "live_unique@" + EpsilonText(eps) }

// LiveMark stands in the column's text for the least number of images that make a prototype live.
const LiveMark = "{live}"

func liveUniqueSpecs() []Spec {
	return atEpsilons(func(i int, eps float64) Spec {
		return Spec{
			Formula: "M of the prototypes with n_k ≥ max(1, 0.05 n/K)", Key: LiveUniqueKey(eps), Of: OfPrototypes, When: OnCurve, Unit: CountOfK, Better: Higher, Headline: i == 0,
			Doc: "unique among prototypes with at least 5 % of their fair share of training images", Source: "headline: unique and in use",
			Undefined: noDirection,
			Collapse:  "low when prototypes coincide and when they are unused; 1 at total collapse, 0 when none is live",
			Column: "**live-unique@ε**: unique@ε among live prototypes alone, those with at least max(1, 5 % of n/K) of the n training images." + LiveMark +
				" It is the headline: a dead prototype is unique and useless. It can exceed unique@ε: the covers are greedy and not nested, " +
				"and a dead prototype may cover two live ones that do not cover each other.",
			Value: func(in *Input) Result {
				alive := shared(in, "live covers", func() []Cover {
					return LiveCovers(in.Team, in.Effective, in.Counts(), in.Scores.Rows, Epsilons())
				})
				live := alive[i].Count()
				return defined(float64(live), live > 0 || covers(in)[i].Count() > 0, noDirection)
			},
		}
	}, MainTable, BriefTable, MatchedTable)
}
