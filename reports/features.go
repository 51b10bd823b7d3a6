package reports

import (
	"protobench/metrics/metric"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// featureTable tells how good the frozen features of both branches are, beyond the main
// table's one probe. Columns that no run has a value for are left out.
func (s *sweep) featureTable() *table.Table {
	t := s.sideTable(s.arms, s.defined(columnsOf(metric.FeaturesTable)))
	t.Name, t.Caption, t.Entries = "features", "How good the frozen features of both branches are.", quantity.Entries
	return t
}

// geometryTable tells how the prototypes lie and are used, beyond the main table.
func (s *sweep) geometryTable() *table.Table {
	measures := s.defined(columnsOf(metric.GeometryTable))
	t := s.sideTable(s.trained(), measures)
	t.Name, t.Caption, t.Entries = "geometry", "How the prototypes lie and how they are used, beside random unit vectors of their shape.", quantity.Entries
	if len(measures) > 0 {
		s.randomRows(t, measures)
	}
	return t
}

// sideTable has a row per arm and a column per measure.
func (s *sweep) sideTable(arms []*arm, measures []measure) *table.Table {
	t := &table.Table{Columns: append([]table.Column{table.Words("method"), seedsColumn()}, columns(measures)...)}
	remarks := s.remarksOn(measures, false, false)
	for _, a := range arms {
		row := []table.Value{{Text: a.label, Marks: remarks.Marks(t, a)}, s.countValue(a)}
		for _, m := range measures {
			row = append(row, a.plainValue(m))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(measures) == 0 {
		t.Rows = nil
	}
	return t
}

// defined keeps the measures that some run has a value for.
func (s *sweep) defined(measures []measure) []measure {
	var out []measure
	for _, m := range measures {
		for _, a := range s.arms {
			if stats.Estimated(m.over(a)).N > 0 {
				out = append(out, m)
				break
			}
		}
	}
	return out
}
