package reports

import (
	"fmt"
	"math"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
	"protobench/reports/quantity"
	"protobench/reports/table"
)

// measure is a quantity of this report's runs.
type measure struct{ quantity.Quantity }

// measureOf is the measure of a key.
func measureOf(key string) measure { return measure{quantity.Of(key)} }

// columnsOf are the measures of a table.
func columnsOf(t metric.Table) []measure {
	var out []measure
	for _, s := range metrics.Columns(t) {
		out = append(out, measure{quantity.Quantity{Spec: s}})
	}
	return out
}

// unique and accuracy are what figures are drawn of.
func unique() measure { return measureOf(uniqueness.Key(smallest())) }

func accuracy() measure { return measureOf(probe.LinearKey(metric.Teacher)) }

// smallest is the cosine distance of the tables' columns.
func smallest() float64 { return uniqueness.Epsilons()[0] }

// of returns the shown value out of a learner's metrics with K prototypes.
func (m measure) of(values store.Metrics, k int) float64 { return m.ShownOf(values, k) }

// over returns the shown values of an arm's counted runs.
func (m measure) over(a *arm) []float64 {
	var out []float64
	for _, r := range a.counted() {
		out = append(out, m.in(r, ""))
	}
	return out
}

// in returns the shown value of a run, by its own learner or by an observer: NaN where the run
// collapsed and the measure, one of prototypes, would mislead.
func (m measure) in(r run, observer string) float64 {
	if m.misleads(r) {
		return math.NaN()
	}
	return m.of(r.Result.Of(observer), r.k)
}

// misleads reports whether the value that a run has for the measure means nothing: what is counted
// by the argmax over the scores of a collapsed training can look better than that of a healthy one.
func (m measure) misleads(r run) bool {
	return m.Misleads(r.Result.Outcome.Status == store.Collapsed)
}

// cell is the table's value over runs that have final metrics. The rate of collapsed runs stands
// with a mean that they are not in. A counted measure is one of K and is told as a count too.
func (m measure) cell(runs []run, observer string, counted bool) table.Value {
	values, left := make([]float64, len(runs)), 0
	for i, r := range runs {
		values[i] = m.in(r, observer)
		if m.misleads(r) {
			left++
		}
	}
	e := m.Estimate(values)
	v := table.Value{Text: m.Text(e, len(runs)-left), Estimate: &e}
	if counted && e.N > 0 && left == 0 {
		v.Aside = quantity.CountText(e, runs[0].k)
	}
	switch {
	case left > 0 && left == len(runs):
		v.Text = fmt.Sprintf("collapsed %d/%d", left, left)
	case left > 0:
		v.Text += fmt.Sprintf(", collapsed %d/%d", left, len(runs))
	}
	return v
}

// seedsColumn counts the runs behind a row.
func seedsColumn() table.Column { return table.Column{Name: "n", CSV: "n"} }

func columns(measures []measure) []table.Column {
	var out []table.Column
	for _, m := range measures {
		out = append(out, m.Column())
	}
	return out
}

// undefined stands in tables where there is no value.
const undefined = table.Undefined
