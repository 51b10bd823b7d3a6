package reports

import (
	"fmt"
	"strings"

	"protobench/metrics"
	"protobench/reports/table"
	"protobench/stats"
)

// matchedTable sets each arm whose prototypes do not follow the loss beside the joint arm with
// matched settings: embedding, start and re-seeding. It describes; the declared endpoints are
// elsewhere.
func (s *sweep) matchedTable() *table.Table {
	t := &table.Table{Columns: []table.Column{
		{Name: "method", CSV: "method", Text: true}, {Name: "joint arm with matched settings", CSV: "against", Text: true}, {Name: "n", CSV: "n"},
	}}
	measures := columnsOf(metrics.MatchedTable)
	for _, m := range measures {
		t.Columns = append(t.Columns, table.Column{Name: "Δ " + m.title(), CSV: "difference." + m.Key})
	}
	t.Columns = append(t.Columns, table.Column{Name: "other differences", CSV: "other_differences", Text: true})
	var alone []string
	for _, a := range s.trained() {
		if a.cell.Learner == "joint" {
			continue
		}
		b := s.helpedArm(a)
		if b == nil {
			alone = append(alone, a.label+s.nearestJoint(a))
			continue
		}
		t.Rows = append(t.Rows, matchedRow(a, b, measures))
	}
	if len(alone) > 0 {
		t.General = append(t.General, "No joint arm of the sweep has matched settings at equal axes for "+strings.Join(alone, ", ")+".")
	}
	return t
}

// nearestJoint says what the joint arm nearest to a has that keeps the two from being matched.
func (s *sweep) nearestJoint(a *arm) string {
	var best *arm
	for _, b := range s.trained() {
		if b.cell.Learner == "joint" && b.cell.Objective == a.cell.Objective && equalAxes(a.cell, b.cell) &&
			(best == nil || len(unmatched(a, b)) < len(unmatched(a, best))) {
			best = b
		}
	}
	if best == nil {
		return ""
	}
	return fmt.Sprintf(" (%s has %s)", best.label, strings.Join(unmatched(a, best), ", "))
}

func matchedRow(a, b *arm, measures []measure) []table.Value {
	n := len(pairs(a, b))
	row := texts(a.label, b.label, fmt.Sprint(n))
	for _, m := range measures {
		e := stats.Estimated(pairedDifferences(a, b, m))
		row = append(row, table.Value{Text: m.signed(e, n), Estimate: &e})
	}
	return append(row, table.Value{Text: listed(differences(a, b))})
}
