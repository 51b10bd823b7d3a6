package reports

import (
	"slices"

	"protobench/metrics/metric"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// acrossTable sums up each method that stands at several places of the axes, be they data sets or
// settings. The replicates are the seeds: settings are chosen, not drawn, so that each seed gives one
// number over all of them.
func (s *sweep) acrossTable() *table.Table {
	t := &table.Table{Name: "across", Caption: "Methods over all their settings (places on the axes). IQM is the interquartile mean over settings and seeds. Δ is the difference to the baseline at equal settings and seeds, and “better” the share of settings in which the method is better (probability of improvement), " +
		"both taken at each seed over all settings, with 95 % intervals over the n seeds that have all of them. Description, not a declared test.",
		Columns: []table.Column{table.Words("method"), table.Words("endpoint"), {Name: "settings", CSV: "settings"}, {Name: "IQM", CSV: "iqm"}, table.WordsAs("against", "baseline"), seedsColumn(), {Name: "Δ", CSV: "difference"}, {Name: "better", Unit: "%", CSV: "probability_of_improvement"}}}
	for _, arms := range s.methods() {
		for _, m := range s.endpoints() {
			t.Rows = append(t.Rows, s.acrossRow(arms, m))
		}
	}
	return t
}

// methods are the arms of each method that stands at several places.
func (s *sweep) methods() [][]*arm {
	var out [][]*arm
	for _, a := range s.trained() {
		same := func(b *arm) bool { return b.cell.Method == a.cell.Method && b.cell.Form == a.cell.Form }
		if i := slices.IndexFunc(out, func(g []*arm) bool { return same(g[0]) }); i >= 0 {
			out[i] = append(out[i], a)
			continue
		}
		out = append(out, []*arm{a})
	}
	return slices.DeleteFunc(out, func(g []*arm) bool { return len(g) < 2 })
}

func (s *sweep) acrossRow(arms []*arm, m measure) []table.Value {
	var all []float64
	for _, a := range arms {
		all = append(all, m.over(a)...)
	}
	iqm := stats.IQM(all)
	iqmText := undefined
	if len(stats.Finite(all)) > 0 {
		iqmText = m.Number(iqm)
	}
	row := append(table.Texts(placeMethod(arms[0]), m.WithUnit()), table.Count(len(arms)), table.Number(iqm, iqmText))
	base := s.partnersOf(arms)
	if base == nil {
		return append(row, table.Texts(undefined, undefined, undefined, undefined)...)
	}
	differences, better := s.overSettings(arms, base, m)
	d, p := m.Difference(differences), stats.EstimatedWithin(better, 0, 100)
	share := quantity.Quantity{Spec: metric.Spec{Unit: metric.Share}}
	return append(row, table.Value{Text: placeMethod(base[0])}, table.Count(d.N),
		table.Value{Text: m.Signed(d, d.N), Estimate: &d}, table.Value{Text: share.Text(p, p.N), Estimate: &p})
}

// placeMethod is an arm's name without its place.
func placeMethod(a *arm) string {
	if suffix := placeText(a.cell, nil); suffix != "" {
		return a.cell.Method + " (" + suffix + ")"
	}
	return a.cell.Method
}

// partnersOf are the arms that these are tested against, in their order; nil where one has none, or
// they are of several methods.
func (s *sweep) partnersOf(arms []*arm) []*arm {
	var out []*arm
	for _, a := range arms {
		b := s.partnerOf(a)
		if b == nil || len(out) > 0 && out[0].cell.Method != b.cell.Method {
			return nil
		}
		out = append(out, b)
	}
	return out
}

// overSettings is, at each seed at which all arms have a value, the mean difference to their
// partners and the percentage of settings in which they are better.
func (s *sweep) overSettings(arms, base []*arm, m measure) (differences, better []float64) {
	sign := 1.0
	if m.Spec.Better == metric.Lower {
		sign = -1
	}
	for _, seed := range s.seeds() {
		var x, y, d []float64
		for i := range arms {
			a, okA := arms[i].countedAt(seed)
			b, okB := base[i].countedAt(seed)
			if !okA || !okB {
				break
			}
			v, w := m.in(a, ""), m.in(b, "")
			x, y, d = append(x, sign*v), append(y, sign*w), append(d, v-w)
		}
		if len(stats.Finite(d)) == len(arms) {
			differences, better = append(differences, stats.Mean(d)), append(better, 100*stats.Improvement(x, y))
		}
	}
	return differences, better
}
