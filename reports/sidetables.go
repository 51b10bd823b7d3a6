package reports

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"protobench/harness/store"
	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
	"protobench/reports/quantity"
	"protobench/reports/table"
)

// comparisonTable lists the declared endpoints' paired tests.
func (s *sweep) comparisonTable(comparisons []comparison) *table.Table {
	t := &table.Table{Name: "comparisons", Caption: "The declared endpoints: mean paired differences at equal seeds with 95 % t-intervals, in the endpoint's unit, exact two-sided sign-flip tests, and Holm's correction over all rows.", Columns: []table.Column{
		table.Words("method"), table.WordsAs("against", "baseline"), table.Words("endpoint"), seedsColumn(),
		{Name: "difference [95 %]", CSV: "difference"}, {Name: "p", CSV: "p"}, {Name: "p (Holm)", CSV: "p_holm"},
	}}
	for _, c := range comparisons {
		t.Rows = append(t.Rows, []table.Value{
			{Text: c.arm.label}, {Text: c.baseline.label}, {Text: c.measure.WithUnit()}, table.Count(c.difference.N, fmt.Sprint(c.difference.N)),
			{Text: c.measure.Signed(c.difference, c.difference.N), Estimate: &c.difference}, quantity.PValue(c.p), quantity.PValue(c.holm),
		})
	}
	return t
}

// observerTable sets each observer beside the learner that the encoder was trained with,
// and beside the arm whose shadow it is.
func (s *sweep) observerTable() *table.Table {
	measures := observerMeasures()
	t := &table.Table{Name: "observers", Caption: "Observers, which see the same embeddings and feed nothing back, beside the learner of their arm.", Entries: quantity.Entries,
		Columns: append([]table.Column{table.Words("method"), table.Words("learner"), seedsColumn()}, columns(measures)...)}
	remarks := s.remarksOn(measures, true, false)
	for _, a := range s.trained() {
		names := a.observers()
		if len(names) == 0 {
			continue
		}
		t.Rows = append(t.Rows, a.learnerRow(a.cell.Learner+" (own)", "", measures))
		for _, name := range names {
			row := a.learnerRow(name+" (observer)", name, measures)
			row[0].Marks = remarks.Marks(t, a)
			t.Rows = append(t.Rows, row)
			if b := s.plainArm(a, name); b != nil {
				t.Rows = append(t.Rows, b.learnerRow(name+" (own, for comparison)", "", measures))
			}
		}
	}
	return t
}

// observerMeasures are the main table's measures of prototypes.
func observerMeasures() []measure {
	return slices.DeleteFunc(columnsOf(metric.MainTable), func(m measure) bool { return m.Of != metric.OfPrototypes })
}

// observers names every observer of the arm's runs, sorted.
func (a *arm) observers() []string {
	var out []string
	for _, r := range a.counted() {
		for name := range r.Result.Observers {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return slices.Compact(out)
}

func (a *arm) learnerRow(label, observer string, measures []measure) []table.Value {
	runs := a.counted()
	row := append(table.Texts(a.label, label), table.Count(len(runs), fmt.Sprint(len(runs))))
	for _, m := range measures {
		row = append(row, m.cell(runs, observer, false))
	}
	return row
}

// epsilonTable holds the numbers of the figure of uniqueness against ε.
func (s *sweep) epsilonTable() *table.Table {
	var measures []measure
	for _, key := range []func(float64) string{uniqueness.Key, uniqueness.LiveKey} {
		for _, eps := range uniqueness.Epsilons() {
			measures = append(measures, measureOf(key(eps)))
		}
	}
	t := &table.Table{Name: "epsilon", Caption: "Unique prototypes by the distance below which two count as one.", Entries: quantity.Entries,
		Columns: append([]table.Column{table.Words("method"), seedsColumn()}, columns(measures)...)}
	if len(s.defined(measures)) == 0 {
		return t
	}
	for _, a := range s.trained() {
		row := []table.Value{{Text: a.label}, s.countValue(a)}
		for _, m := range measures {
			row = append(row, a.plainValue(m))
		}
		t.Rows = append(t.Rows, row)
	}
	s.randomRows(t, measures)
	return t
}

// randomRows sets random vectors beside arms, in the columns of measures behind the first two.
func (s *sweep) randomRows(t *table.Table, measures []measure) {
	for _, b := range s.random {
		row := table.Texts(b.label(), undefined)
		for _, m := range measures {
			row = append(row, b.value(m))
		}
		t.Rows = append(t.Rows, row)
	}
}

func (a *arm) plainValue(m measure) table.Value { return m.cell(a.counted(), "", false) }

// failureTable lists the runs without final metrics, with their reasons.
func (s *sweep) failureTable() *table.Table {
	t := &table.Table{Name: "failures", Caption: "Runs that collapsed, diverged, failed or were stopped, with their reasons.",
		Columns: []table.Column{table.Words("method"), {Name: "seed", CSV: "seed"}, table.Words("state"), {Name: "epoch", CSV: "epoch"}, table.Words("reason")}}
	for _, a := range s.arms {
		for _, r := range a.runs {
			if status := r.Result.Outcome.Status; status != store.OK && status != "" {
				t.Rows = append(t.Rows, []table.Value{
					{Text: a.label}, {Text: fmt.Sprint(r.cell().Seed)}, {Text: status},
					table.Count(r.Result.Outcome.Epoch, fmt.Sprint(r.Result.Outcome.Epoch)), {Text: firstLine(r.Result.Outcome.Reason)},
				})
			}
		}
	}
	return t
}

// firstLine keeps a panic's stack out of the table.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if s == "" {
		return undefined
	}
	return s
}
