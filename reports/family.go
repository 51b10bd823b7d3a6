package reports

import (
	"slices"

	"protobench/harness/store"
)

// Family returns how many comparisons a plan declares, the number that Holm's correction counts: every arm that has
// another arm as its baseline, in every primary metric. 0 without a baseline or a primary metric.
func Family(p store.Plan) int {
	s := &sweep{plan: p}
	for _, c := range p.Cells {
		if !slices.ContainsFunc(s.arms, func(a *arm) bool { return a.cell.Arm() == c.Cell.Arm() }) {
			s.arms = append(s.arms, &arm{cell: c.Cell, reference: isReference(c.Cell)})
		}
	}
	n := 0
	for _, a := range s.trained() {
		if base := s.baselineOf(a); base != nil && base != a {
			n += len(p.Primary)
		}
	}
	return n
}
