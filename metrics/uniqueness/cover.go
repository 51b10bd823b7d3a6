package uniqueness

import (
	"slices"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Cover is a greedy cover of a matrix's rows by some of them.
type Cover struct {
	Representatives []int // ascending row indices
	Owner           []int // [Rows], the representative that covers a row; -1 where the row took no part
}

// Count is the number of representatives M: the number of unique prototypes.
func (c Cover) Count() int { return len(c.Representatives) }

// Sizes returns the number of rows that each representative covers (itself
// included), in the order of Representatives.
func (c Cover) Sizes() []int {
	sizes := make([]int, len(c.Representatives))
	for _, o := range c.Owner {
		if o >= 0 {
			at, _ := slices.BinarySearch(c.Representatives, o)
			sizes[at]++
		}
	}
	return sizes
}

// Of counts the prototypes p [K,D] that are distinct up to cosine distance eps
// (in [0,2]): rows are scanned in index order, an uncovered row becomes a
// representative and covers every later uncovered row with 1 - cos < eps
// (strictly, so eps = 0 keeps all). Partial collapse shows as Count far below
// K; total collapse as 1.
//
// Arteaga et al. 2025, Definition 2.1. The count is an upper bound of the
// smallest cover, depends on the row order, and need not be monotone in eps.
// A row without a direction is no prototype that could be told from another: it is not counted, and
// its Owner is -1.
func Of(p matrix.Matrix, eps float64) Cover { return Covers(nil, p, []float64{eps})[0] }

// Covers is [Of] for several thresholds that share the cosines; the result is in
// the order of eps. Memory stays linear in K: no K×K matrix is held. The team shares the work and
// changes no bit.
func Covers(team *team.Team, p matrix.Matrix, eps []float64) []Cover {
	all := make([]int, p.Rows)
	for i := range all {
		all[i] = i
	}
	return coverRows(team, matrix.DirectionsOf(p), all, eps)
}

// coverRows covers the listed rows (ascending) that have a direction and leaves all others out.
func coverRows(team *team.Team, d matrix.Directions, rows []int, eps []float64) []Cover {
	rows = slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return !d.Has[i] })
	g := newGreedy(team, d, eps)
	for start := 0; start < len(rows); start += coverBlock {
		g.add(rows[start:min(start+coverBlock, len(rows))])
	}
	return g.covers
}

// Key is the key of unique@ε.
func Key(eps float64) string { return "unique@" + EpsilonText(eps) }

// covers of the learner's effective prototypes at all distances.
func covers(in *metric.Input) []Cover {
	return metric.Shared(in, "covers", func() []Cover { return Covers(in.Team, in.Effective, Epsilons()) })
}

// Owner is the representative of each prototype at the smallest distance, [K].
func Owner(in *metric.Input) []int { return covers(in)[0].Owner }

const definitionOfUnique = "Arteaga et al. 2025, definition 2.1"

// Specs declares unique@ε.
func Specs() []metric.Spec {
	return atEpsilons(func(i int, eps float64) metric.Spec {
		return metric.Spec{
			Formula: "M = |R|, R: rows in index order with 1 − cos(c_k, c_r) ≥ ε for every earlier r in R", Key: Key(eps), Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.CountOfK, Better: metric.Higher, Geometric: true,
			Doc: "prototypes left by a greedy cover at this cosine distance", Source: definitionOfUnique,
			Collapse: "partial collapse is a value far below K, total collapse is 1; prototypes that never moved are unique too",
			Column: "**unique@ε**: prototypes that remain when, in index order, each one that no earlier remaining one covers at cosine distance below ε is kept; " +
				"on effective prototypes, in % of K. Low values are partial collapse. The rows of random unit vectors show what no training at all gives.",
			Undefined: metric.NoDirection,
			Value: func(in *metric.Input) metric.Result {
				n := covers(in)[i].Count()
				return metric.Defined(float64(n), n > 0, metric.NoDirection)
			},
		}
	}, metric.MainTable, metric.BriefTable, metric.MatchedTable)
}

// StudentSpecs declares unique@ε of the student's own prototypes.
func StudentSpecs() []metric.Spec {
	return atEpsilons(func(i int, eps float64) metric.Spec {
		return metric.Spec{
			Formula: "M = |R|, R: rows in index order with 1 − cos(c_k, c_r) ≥ ε for every earlier r in R", Key: Key(eps) + ".student", Of: metric.OfPrototypes, Unit: metric.CountOfK, Better: metric.Higher,
			Doc: "unique among the student's own prototypes, where it has its own", Source: definitionOfUnique,
			Collapse: "as unique@ε", Undefined: metric.NoDirection,
			Value: func(in *metric.Input) metric.Result {
				own := metric.Shared(in, "student's covers", func() []Cover { return Covers(in.Team, in.Student, Epsilons()) })
				return metric.Defined(float64(own[i].Count()), own[i].Count() > 0, metric.NoDirection)
			},
		}
	}, metric.GeometryTable)
}
