package uniqueness

import (
	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/usage"
)

// OfLive is [Of] among the live prototypes alone: the headline number. Frozen
// random vectors are unique and mostly dead, so Of praises them and this
// does not; duplicates and dead prototypes both lower it.
//
// Owner is -1 for dead rows; with no live prototype Count is 0.
//
// The count can exceed that of Of, as greedy covers of a set and of a part of it are not
// nested. Three rows at 0°, 10° and -10° have cosine distances 0.015, 0.015 and 0.060. At ε = 0.025
// the first covers the others, so that Of counts 1; if it is dead, neither of the others covers
// the other, and OfLive counts 2.
func OfLive(p matrix.Matrix, counts []int, n int, eps float64) Cover {
	return LiveCovers(nil, p, counts, n, []float64{eps})[0]
}

// LiveCovers is [OfLive] for several thresholds, in the order of eps. The team shares the work and
// changes no bit.
func LiveCovers(team *team.Team, p matrix.Matrix, counts []int, n int, eps []float64) []Cover {
	matrix.MustMatch("usage counts", len(counts), p.Rows)
	var rows []int
	for k, ok := range usage.Live(counts, n) {
		if ok {
			rows = append(rows, k)
		}
	}
	return coverRows(team, matrix.DirectionsOf(p), rows, eps)
}

// LiveKey is the key of live_unique@ε.
func LiveKey(eps float64) string { return "live_unique@" + EpsilonText(eps) }

// LiveMark stands in the column's text for the least number of images that make a prototype live.
const LiveMark = "{live}"

// LiveSpecs declares live_unique@ε.
func LiveSpecs() []metric.Spec {
	return atEpsilons(func(i int, eps float64) metric.Spec {
		return metric.Spec{
			Formula: "M of the prototypes with n_k ≥ max(1, 0.05 n/K)", Key: LiveKey(eps), Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.CountOfK, Better: metric.Higher, Headline: i == 0,
			Doc: "unique among prototypes with at least 5 % of their fair share of training images", Source: "headline: unique and in use",
			Undefined: metric.NoDirection,
			Collapse:  "low when prototypes coincide and when they are unused; 1 at total collapse, 0 when none is live",
			Column: "**live-unique@ε**: unique@ε among live prototypes alone, those with at least max(1, 5 % of n/K) of the n training images." + LiveMark +
				" It is the headline: a dead prototype is unique and useless. It can exceed unique@ε: the covers are greedy and not nested, " +
				"and a dead prototype may cover two live ones that do not cover each other.",
			Value: func(in *metric.Input) metric.Result {
				alive := metric.Shared(in, "live covers", func() []Cover {
					return LiveCovers(in.Team, in.Effective, in.Counts(), in.Scores.Rows, Epsilons())
				})
				live := alive[i].Count()
				return metric.Defined(float64(live), live > 0 || covers(in)[i].Count() > 0, metric.NoDirection)
			},
		}
	}, metric.MainTable, metric.BriefTable, metric.MatchedTable)
}
