package reports

import (
	"math"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/reports/quantity"
)

// measure is a quantity of this report's runs.
type measure struct{ quantity.Quantity }

// measureOf is the measure of a key.
func measureOf(key string) measure { return measure{quantity.Of(key)} }

// columnsOf are the measures of a table.
func columnsOf(t metrics.Table) []measure {
	var out []measure
	for _, s := range metrics.Columns(t) {
		out = append(out, measure{quantity.Quantity{Spec: s}})
	}
	return out
}

// liveUnique, unique and accuracy are what figures are drawn of.
func liveUnique() measure { return measureOf(metrics.Headline()) }

func unique() measure { return measureOf(metrics.UniqueKey(smallest())) }

func accuracy() measure { return measureOf(metrics.LinearKey(metrics.Teacher)) }

// smallest is the cosine distance of the tables' columns.
func smallest() float64 { return metrics.Epsilons()[0] }

// of returns the shown value out of a learner's metrics with K prototypes.
func (m measure) of(values store.Metrics, k int) float64 { return m.Shown(lookup(values, m.Key), k) }

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
	return m.of(r.learner(observer), r.k)
}

// misleads reports whether the value that a run has for the measure means nothing: what is counted
// by the argmax over the scores of a collapsed training can look better than that of a healthy one.
func (m measure) misleads(r run) bool {
	return m.Misleads(r.Result.Outcome.Status == store.Collapsed)
}
