package reports

import (
	"fmt"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/metrics/metric"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

const mainCaption = "How unique and how used each arm's prototypes are, how good its features are, and the mean paired difference to its baseline (Δ)."

// mainTable has one row per arm: how unique and how used its prototypes are, how good
// its features are, and how far both are from the baseline.
func (s *sweep) mainTable(comparisons []comparison) *table.Table {
	names, measures := s.dataColumns(), s.measured(metric.MainTable)
	t := &table.Table{Name: "main", Caption: mainCaption, Entries: quantity.Entries, Columns: s.mainColumns(names, measures)}
	remarks := s.remarksOn(append(measures, s.endpoints()...), false, true)
	for _, a := range s.arms {
		row := append([]table.Value{{Text: a.label, Marks: append(s.rowNotes(t, a), remarks.Marks(t, a)...)}}, dataValues(a, names)...)
		row = append(row, s.countValue(a))
		for _, m := range measures {
			row = append(row, a.value(m))
		}
		for _, key := range s.plan.Primary {
			row = append(row, differenceValue(s, a, key, comparisons))
		}
		t.Rows = append(t.Rows, append(append(row, a.stepTime(), table.Value{Text: a.outcomes()}), a.tallies()...))
	}
	for _, b := range s.random {
		t.Rows = append(t.Rows, randomRow(t, b, measures))
	}
	s.tableNotes(t, comparisons)
	return t
}

// randomRow sets random vectors beside the geometry of the arms' prototypes.
func randomRow(t *table.Table, b randomBaseline, measures []measure) []table.Value {
	row := make([]table.Value, len(t.Columns))
	for i, c := range t.Columns {
		if row[i].Text = undefined; c.Data {
			row[i].Text = ""
		}
		for _, m := range measures {
			if m.Key == c.CSV {
				row[i] = b.value(m)
			}
		}
	}
	row[0].Text, row[1].Text = b.label(), "random"
	return row
}

func (s *sweep) mainColumns(names []string, measures []measure) []table.Column {
	columns := []table.Column{{Name: "method", CSV: "row", Text: true, Brief: true}}
	for _, name := range names {
		columns = append(columns, table.Column{CSV: name, Data: true})
	}
	columns = append(columns, table.Column{Name: "n", CSV: "n", Brief: true, Drop: dropCount})
	for _, m := range measures {
		c := m.Column()
		if c.Brief, c.Drop = m.In(metric.BriefTable), dropMeasure; m.Headline {
			c.Drop = dropHeadline
		}
		columns = append(columns, c)
	}
	for _, key := range s.plan.Primary {
		c := measureOf(key).DifferenceColumn()
		c.Brief, c.Drop = true, dropDifference
		columns = append(columns, c)
	}
	columns = append(columns, table.Column{Name: "ms / step", CSV: "step_ms", Better: table.Lower, Brief: true, Drop: dropTime}, table.Words("outcome"))
	for _, status := range tallied() {
		columns = append(columns, table.Column{CSV: "runs." + status, Data: true})
	}
	return columns
}

// The order in which columns of the main table leave where a terminal is narrow: times first, then
// other measures than the headline, differences, the number of seeds, and the headline last.
const (
	dropHeadline = iota
	dropCount
	dropDifference
	dropMeasure
	dropTime
)

// measured are the columns of a table that some run has, be it without a value: results of an older
// program know nothing of newer metrics. Where no run has ended, they are all.
func (s *sweep) measured(t metric.Table) []measure {
	ended := false
	known := func(m measure) bool {
		return slices.ContainsFunc(s.arms, func(a *arm) bool {
			return slices.ContainsFunc(a.counted(), func(r run) bool {
				_, ok := r.Result.Metrics[m.Key]
				ended = true
				return ok
			})
		})
	}
	all := columnsOf(t)
	some := slices.DeleteFunc(slices.Clone(all), func(m measure) bool { return !known(m) })
	if !ended {
		return all
	}
	return some
}

// dataColumns are what takes a row's name apart, for other tools.
func (s *sweep) dataColumns() []string {
	columns := []string{"method", "objective", "learner", "embedding", "form"}
	for _, a := range s.arms {
		for _, k := range a.cell.AxisKeys() {
			if !slices.Contains(columns, k) {
				columns = append(columns, k)
			}
		}
	}
	return columns
}

func dataValues(a *arm, names []string) []table.Value {
	out := []table.Value{{Text: a.cell.Method}, {Text: a.cell.Objective}, {Text: a.cell.Learner}, {Text: a.cell.Embedding}, {Text: a.cell.Form}}
	for _, k := range names[len(out):] {
		v := table.Value{}
		if x, ok := a.cell.Axes[k]; ok {
			v.Text = store.FormatAxis(x)
		}
		out = append(out, v)
	}
	return out
}

// countValue is the number of runs behind a row, of the planned ones when some lack.
func (s *sweep) countValue(a *arm) table.Value {
	n, planned := len(a.counted()), len(a.runs)
	if n == planned {
		return table.Count(n, fmt.Sprint(n))
	}
	return table.Count(n, fmt.Sprintf("%d of %d", n, planned))
}

// value is the table's cell of an arm's own learner; a headline counts its prototypes too.
func (a *arm) value(m measure) table.Value { return m.cell(a.counted(), "", m.Headline) }

// endpoints are the declared ones.
func (s *sweep) endpoints() []measure {
	var out []measure
	for _, key := range s.plan.Primary {
		out = append(out, measureOf(key))
	}
	return out
}

func differenceValue(s *sweep, a *arm, key string, all []comparison) table.Value {
	for _, c := range all {
		if c.arm == a && c.measure.Key == key {
			return table.Value{Text: c.measure.Signed(c.difference, len(a.counted())), Estimate: &c.difference}
		}
	}
	if base := s.baselineOf(a); !a.reference && base != nil && s.partnerOf(a) == nil {
		return table.Value{Text: "baseline"}
	}
	return table.Value{Text: undefined}
}

// stepTime is the mean over runs of the median step time. The time of a machine is no
// sample over seeds, so it has no interval.
func (a *arm) stepTime() table.Value {
	var ms []float64
	for _, r := range a.counted() {
		if v := r.Result.Timing.StepMSMedian; v > 0 {
			ms = append(ms, v)
		}
	}
	e := stats.Estimated(ms)
	if e.N == 0 {
		return table.Value{Text: undefined}
	}
	return table.Number(e.Mean, fmt.Sprintf("%.1f", e.Mean))
}

// tallied are the ways in which runs end.
func tallied() []string { return []string{store.OK, store.Collapsed, store.Diverged, store.Failed} }

// tallies counts the runs that ended in each of these ways.
func (a *arm) tallies() []table.Value {
	var out []table.Value
	for _, status := range tallied() {
		n := a.withStatus(status)
		out = append(out, table.Count(n, fmt.Sprint(n)))
	}
	return out
}

// outcomes tells how many of the ended runs did not end well: "ok", "collapsed 1/3".
func (a *arm) outcomes() string {
	count, ended := map[string]int{}, 0
	for _, r := range a.runs {
		if r.State == store.Done || r.State == store.Broken {
			count[r.Result.Outcome.Status]++
			ended++
		}
	}
	var parts []string
	for _, status := range []string{store.Collapsed, store.Diverged, store.Failed} {
		if count[status] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d", status, count[status], ended))
		}
	}
	switch {
	case ended == 0:
		return undefined
	case len(parts) == 0:
		return "ok"
	}
	return strings.Join(parts, ", ")
}

// tableNotes appends what holds for the whole table.
func (s *sweep) tableNotes(t *table.Table, comparisons []comparison) {
	if isas := s.provenance(func(p store.Provenance) string { return p.ISA }); len(isas) > 1 {
		t.General = append(t.General, "The runs used different instruction sets ("+strings.Join(isas, ", ")+
			"); values from a pure-Go path agree with the others within a tolerance, not bit by bit.")
	}
	n := 0
	for _, c := range comparisons {
		n = max(n, c.difference.N)
	}
	if n > 0 && stats.SmallestHolm(n, len(comparisons)) >= stats.Level {
		t.General = append(t.General, quantity.HolmNote(n, len(comparisons)))
	}
}

// provenance lists the distinct values of a field over all ended runs, sorted.
func (s *sweep) provenance(field func(store.Provenance) string) []string {
	var out []string
	for _, a := range s.arms {
		out = append(out, a.provenance(field)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *arm) provenance(field func(store.Provenance) string) []string {
	var out []string
	for _, r := range a.runs {
		if v := field(r.Result.Provenance); r.State == store.Done && v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
