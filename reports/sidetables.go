package reports

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"protobench/harness/store"
	"protobench/stats"
)

// comparisonTable lists the declared endpoints' paired tests.
func (s *sweep) comparisonTable() *Table {
	t := &Table{Columns: []Column{
		{Name: "method", CSV: "method", Text: true}, {Name: "against", CSV: "baseline", Text: true}, {Name: "endpoint", CSV: "endpoint", Text: true},
		{Name: "n", CSV: "n"}, {Name: "difference [95 %]", CSV: "difference"}, {Name: "p", CSV: "p"}, {Name: "p (Holm)", CSV: "p_holm"},
	}}
	for _, c := range s.comparisons() {
		t.Rows = append(t.Rows, []Value{
			{Text: c.arm.label}, {Text: c.baseline.label}, {Text: c.measure.title()}, {Text: fmt.Sprint(c.difference.N)},
			{Text: c.measure.signed(c.difference, c.difference.N), Estimate: &c.difference}, {Text: pText(c.p)}, {Text: pText(c.holm)},
		})
	}
	return t
}

// observerTable sets each observer beside the learner that the encoder was trained with,
// and beside the arm whose shadow it is.
func (s *sweep) observerTable() *Table {
	t := &Table{Columns: []Column{{Name: "method", CSV: "method", Text: true}, {Name: "learner", CSV: "learner", Text: true}, {Name: "n", CSV: "n"}}}
	measures := observerMeasures()
	for _, m := range measures {
		t.Columns = append(t.Columns, Column{Name: m.title(), CSV: m.key})
	}
	remarks := s.remarksOn(measures, true, false)
	for _, a := range s.trained() {
		names := a.observers()
		if len(names) == 0 {
			continue
		}
		t.Rows = append(t.Rows, a.learnerRow(a.cell.Learner+" (own)", "", measures))
		for _, name := range names {
			row := a.learnerRow(name+" (observer)", name, measures)
			row[0].Marks = remarks.marks(t, a)
			t.Rows = append(t.Rows, row)
			if b := s.plainArm(a, name); b != nil {
				t.Rows = append(t.Rows, b.learnerRow(name+" (own, for comparison)", "", measures))
			}
		}
	}
	return t
}

func observerMeasures() []measure {
	return measuresOf("live_unique@0.025", "unique@0.025", "unique_centred@0.025", "dead", "usage_perplexity", "grouped_perplexity",
		"displacement", "path", "reseeds")
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

func (a *arm) learnerRow(label, observer string, measures []measure) []Value {
	runs := a.counted()
	row := []Value{{Text: a.label}, {Text: label}, {Text: fmt.Sprint(len(runs))}}
	for _, m := range measures {
		var values []float64
		for _, r := range runs {
			values = append(values, m.of(r.learner(observer), r.k))
		}
		e := stats.Estimated(values)
		row = append(row, Value{Text: m.text(e, len(runs)), Estimate: &e})
	}
	return row
}

// learner returns the metrics of an observer, or of the arm's own learner for "".
func (r run) learner(observer string) store.Metrics {
	if observer == "" {
		return r.Result.Metrics
	}
	return r.Result.Observers[observer]
}

// epsilons are the cosine distances at which prototypes are counted (Arteaga et al.
// 2025, Fig. 3a).
func epsilons() []string { return []string{"0.025", "0.05", "0.1", "0.25", "0.5"} }

// epsilonTable holds the numbers of the figure of uniqueness against ε.
func (s *sweep) epsilonTable() *Table {
	t := &Table{Columns: []Column{{Name: "method", CSV: "method", Text: true}, {Name: "n", CSV: "n"}}}
	for _, eps := range epsilons() {
		t.Columns = append(t.Columns, Column{Name: "unique@" + eps + " %", CSV: "unique@" + eps})
	}
	for _, eps := range epsilons() {
		t.Columns = append(t.Columns, Column{Name: "live-unique@" + eps + " %", CSV: "live_unique@" + eps})
	}
	for _, a := range s.trained() {
		row := []Value{{Text: a.label}, s.countValue(a)}
		for _, name := range []string{"unique@", "live_unique@"} {
			for _, eps := range epsilons() {
				row = append(row, a.plainValue(measureOf(name+eps)))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, b := range s.random {
		row := texts(b.label(), undefined)
		for _, c := range t.Columns[len(row):] {
			row = append(row, b.value(measureOf(c.CSV)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (a *arm) plainValue(m measure) Value {
	e := stats.Estimated(m.over(a))
	return Value{Text: m.text(e, len(a.counted())), Estimate: &e}
}

// failureTable lists the runs without final metrics, with their reasons.
func (s *sweep) failureTable() *Table {
	t := &Table{Columns: []Column{
		{Name: "method", CSV: "method", Text: true}, {Name: "seed", CSV: "seed"}, {Name: "state", CSV: "state", Text: true},
		{Name: "epoch", CSV: "epoch"}, {Name: "reason", CSV: "reason", Text: true},
	}}
	for _, a := range s.arms {
		for _, r := range a.runs {
			if status := r.Result.Outcome.Status; status != store.OK && status != "" {
				t.Rows = append(t.Rows, []Value{
					{Text: a.label}, {Text: fmt.Sprint(r.cell().Seed)}, {Text: status},
					{Text: fmt.Sprint(r.Result.Outcome.Epoch)}, {Text: firstLine(r.Result.Outcome.Reason)},
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

// cellTable lists every metric of every ended run, one row each, for other tools.
func (s *sweep) cellTable() *Table {
	t := &Table{Columns: []Column{{CSV: "method"}, {CSV: "axes"}, {CSV: "seed"}, {CSV: "status"}, {CSV: "learner"}, {CSV: "metric"}, {CSV: "value"}}}
	for _, a := range s.arms {
		for _, r := range a.runs {
			if r.State != store.Done {
				continue
			}
			t.Rows = append(t.Rows, r.metricRows(r.cell().Learner, r.Result.Metrics)...)
			for _, name := range sortedNames(r.Result.Observers) {
				t.Rows = append(t.Rows, r.metricRows("observer:"+name, r.Result.Observers[name])...)
			}
		}
	}
	return t
}

func (r run) metricRows(learner string, m store.Metrics) [][]Value {
	c := r.cell()
	var rows [][]Value
	for _, key := range sortedNames(m) {
		rows = append(rows, []Value{
			{Text: c.Method}, {Text: axesText(c, c.AxisKeys())}, {Text: fmt.Sprint(c.Seed)},
			{Text: r.Result.Outcome.Status}, {Text: learner}, {Text: key}, {Text: digits(m[key])},
		})
	}
	return rows
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
