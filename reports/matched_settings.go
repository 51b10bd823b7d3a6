package reports

import (
	"fmt"
	"strings"

	"protobench/metrics/metric"
	"protobench/reports/table"
)

// matchedTable sets each arm whose prototypes do not follow the loss beside the joint arm with
// matched settings: embedding, start and re-seeding. It describes; the declared endpoints are
// elsewhere.
func (s *sweep) matchedTable() *table.Table {
	t := &table.Table{Name: "matched_settings", Caption: "Arms whose prototypes do not follow the loss beside the joint arm with matched settings: mean paired differences at equal seeds with 95 % t-intervals, in the column's unit.",
		Columns: []table.Column{table.Words("method"), table.WordsAs("joint arm with matched settings", "against"), seedsColumn()}}
	measures := columnsOf(metric.MatchedTable)
	for _, m := range measures {
		t.Columns = append(t.Columns, m.DifferenceColumn())
	}
	t.Columns = append(t.Columns, table.WordsAs("other differences", "other_differences"))
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
	row := append(table.Texts(a.label, b.label), table.Count(n))
	for _, m := range measures {
		e := m.Difference(pairedDifferences(a, b, m))
		row = append(row, table.Value{Text: m.Signed(e, n), Estimate: &e})
	}
	return append(row, table.Value{Text: listed(differences(a, b))})
}
