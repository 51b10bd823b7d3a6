package reports

import (
	"math"
	"slices"

	"protobench/harness/store"
)

// comparison is one arm against its baseline in one declared endpoint.
type comparison struct {
	arm, baseline *arm
	measure       measure
	difference    Estimate // arm minus baseline at equal seeds, in the measure's unit
	p, holm       float64  // two-sided sign-flip; Holm over all comparisons of the sweep
}

// comparisons pairs every arm with its baseline in every declared endpoint. Holm's
// family is exactly this list: the declared endpoints and nothing else.
func (s *sweep) comparisons() []comparison {
	var out []comparison
	var p []float64
	for _, a := range s.trained() {
		base := s.baselineOf(a)
		if base == nil || base == a {
			continue
		}
		for _, key := range s.plan.Primary {
			c := compare(a, base, measureOf(key))
			out, p = append(out, c), append(p, c.p)
		}
	}
	for i, adjusted := range Holm(p) {
		out[i].holm = adjusted
	}
	return out
}

func compare(a, base *arm, m measure) comparison {
	d := pairedDifferences(a, base, m)
	return comparison{arm: a, baseline: base, measure: m, difference: Estimated(d), p: SignFlip(d), holm: math.NaN()}
}

// pairedDifferences subtracts at equal seeds, where both values are defined.
func pairedDifferences(a, base *arm, m measure) []float64 {
	var d []float64
	for _, r := range a.counted() {
		i := slices.IndexFunc(base.runs, func(b run) bool { return b.cell().Seed == r.cell().Seed })
		if i < 0 || !base.runs[i].counted() {
			continue
		}
		b := base.runs[i]
		d = append(d, m.of(r.Result.Metrics, r.k)-m.of(b.Result.Metrics, b.k))
	}
	return finite(d)
}

// baselineOf returns the arm that a is paired with: at equal axes, either the arm that
// the sweep names or, for "learner=joint" and its like, its own objective's arm with
// that learner. nil when there is none.
func (s *sweep) baselineOf(a *arm) *arm {
	var best *arm
	for _, b := range s.trained() {
		if s.isBaseline(b, a) && equalAxes(a.cell, b.cell) && (best == nil || plainer(b, best)) {
			best = b
		}
	}
	return best
}

func (s *sweep) isBaseline(b, a *arm) bool {
	if learner, ok := cutLearner(s.plan.Baseline); ok {
		return b.cell.Objective == a.cell.Objective && b.cell.Learner == learner
	}
	return b.cell.Method == s.plan.Baseline
}

func cutLearner(baseline string) (string, bool) {
	const prefix = "learner="
	if len(baseline) > len(prefix) && baseline[:len(prefix)] == prefix {
		return baseline[len(prefix):], true
	}
	return "", false
}

// plainer prefers, among the candidates, the arm named like its objective (the plain
// preset), else the one with fewer additions; the plan's order decides the rest.
func plainer(b, best *arm) bool { return additions(b) < additions(best) }

func additions(a *arm) int {
	if a.cell.Method == a.cell.Objective {
		return 0
	}
	n := 1 + len(a.cell.Regularizers)
	if a.cell.Embedding != "plain" {
		n++
	}
	return n
}

// equalAxes compares the axes that both arms read: an axis of the mixture does not tell
// joint arms apart.
func equalAxes(a, b store.Cell) bool {
	for _, k := range a.AxisKeys() {
		if reads(a, k) && reads(b, k) && b.Axes[k] != nil && store.FormatAxis(a.Axes[k]) != store.FormatAxis(b.Axes[k]) {
			return false
		}
	}
	return true
}
