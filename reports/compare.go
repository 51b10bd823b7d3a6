package reports

import (
	"math"
	"slices"

	"protobench/harness/store"
	"protobench/stats"
)

// comparison is one arm against its baseline in one declared endpoint.
type comparison struct {
	arm, baseline *arm
	measure       measure
	difference    stats.Estimate // arm minus baseline at equal seeds, in the measure's unit
	p, holm       float64        // two-sided sign-flip; Holm over all comparisons of the sweep
}

// comparisons pairs every arm with its baseline in every declared endpoint. Holm's
// family is exactly this list: the declared endpoints and nothing else.
func (s *sweep) comparisons() []comparison {
	var out []comparison
	var p []float64
	for _, a := range s.trained() {
		base := s.partnerOf(a)
		if base == nil {
			continue
		}
		for _, key := range s.plan.Primary {
			c := compare(a, base, measureOf(key))
			out, p = append(out, c), append(p, c.p)
		}
	}
	for i, adjusted := range stats.Holm(p) {
		out[i].holm = adjusted
	}
	return out
}

func compare(a, base *arm, m measure) comparison {
	d := pairedDifferences(a, base, m)
	return comparison{arm: a, baseline: base, measure: m, difference: m.Difference(d), p: stats.SignFlip(d), holm: math.NaN()}
}

// pairedDifferences subtracts at equal seeds, where both values are defined.
func pairedDifferences(a, base *arm, m measure) []float64 {
	var d []float64
	for _, p := range pairs(a, base) {
		d = append(d, m.in(p[0], "")-m.in(p[1], ""))
	}
	return stats.Finite(d)
}

// pairs returns the counted runs of a and base that share a seed.
func pairs(a, base *arm) [][2]run {
	var out [][2]run
	for _, r := range a.counted() {
		if b, ok := base.countedAt(r.cell().Seed); ok {
			out = append(out, [2]run{r, b})
		}
	}
	return out
}

// baselineOf returns the arm that a is paired with: at equal axes, either the arm that
// the sweep names or, for "learner=joint" and its like, its own objective's arm with
// that learner in the same run's settings. nil when there is none.
func (s *sweep) baselineOf(a *arm) *arm {
	var best *arm
	for _, b := range s.trained() {
		if s.isBaseline(b, a) && equalAxes(a.cell, b.cell) && (best == nil || plainer(a, b, best)) {
			best = b
		}
	}
	return best
}

func (s *sweep) isBaseline(b, a *arm) bool {
	if learner, ok := cutLearner(s.plan.Baseline); ok {
		return b.cell.Objective == a.cell.Objective && b.cell.Learner == learner && s.sameRun(a, b)
	}
	return b.cell.Method == s.plan.Baseline
}

// sameRun reports whether two arms share every setting that both read outside of what they are
// made of: data, encoder, views, training, number of prototypes. Else a difference between them is
// no statement on their parts. What the sweep says was searched for every arm may differ.
func (s *sweep) sameRun(a, b *arm) bool {
	return !slices.ContainsFunc(differences(a, b), func(key string) bool {
		if slices.Contains(s.plan.Searched, key) {
			return false
		}
		switch tableOf(key) {
		case "data", "encoder", "train", "augment", "loss", "evaluate":
			return true
		}
		return key == "prototypes.count"
	})
}

func cutLearner(baseline string) (string, bool) {
	const prefix = "learner="
	if len(baseline) > len(prefix) && baseline[:len(prefix)] == prefix {
		return baseline[len(prefix):], true
	}
	return "", false
}

// equalAxes compares the axes that both arms have, which are those that they read: an axis of the
// mixture does not tell joint arms apart.
func equalAxes(a, b store.Cell) bool {
	for _, k := range a.AxisKeys() {
		if b.Axes[k] != nil && store.FormatAxis(a.Axes[k]) != store.FormatAxis(b.Axes[k]) {
			return false
		}
	}
	return true
}
