package reports

import "protobench/stats"

// featureTable tells how good the frozen features of both branches are, beyond the main
// table's one probe. Columns that no run has a value for are left out.
func (s *sweep) featureTable() *Table {
	var keys []string
	for _, protocol := range []string{"linear", "linear_fine", "knn20_t0.07", "knn20_t0.07_fine", "linear_head", "linear_medium", "linear_tail"} {
		keys = append(keys, protocol+"@backbone.teacher", protocol+"@backbone.student")
	}
	keys = append(keys, "rankme.features.teacher", "rankme.features.student", "feature_std.teacher")
	return s.sideTable(s.arms, s.defined(measuresOf(keys...)))
}

// geometryTable tells how the prototypes lie and are used, beyond the main table.
func (s *sweep) geometryTable() *Table {
	measures := s.defined(measuresOf("used", "unique@0.025.student", "prototype_mean_norm", "effective_rank.prototypes", "nmi"))
	t := s.sideTable(s.trained(), measures)
	for _, b := range s.random {
		row := texts(b.label(), undefined)
		for _, m := range measures {
			row = append(row, b.value(m))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sideTable has a row per arm and a column per measure.
func (s *sweep) sideTable(arms []*arm, measures []measure) *Table {
	t := &Table{Columns: []Column{{Name: "method", CSV: "method", Text: true}, {Name: "n", CSV: "n"}}}
	for _, m := range measures {
		t.Columns = append(t.Columns, Column{Name: m.title(), CSV: m.key})
	}
	remarks := s.remarksOn(measures, false, false)
	for _, a := range arms {
		row := []Value{{Text: a.label, Marks: remarks.marks(t, a)}, s.countValue(a)}
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
