package reports

import (
	"math"

	"protobench/harness/store"
	"protobench/metrics"
)

// measure is a metric as tables show it: counts of prototypes as a share of K, shares and
// accuracies in percent, anything else as it is.
type measure struct{ metrics.Spec }

// measureOf is the measure of a key. A metric that this program does not know, of a plan of
// another one, stands as it is.
func measureOf(key string) measure {
	if s, known := metrics.Find(key); known {
		return measure{s}
	}
	return measure{metrics.Spec{Key: key}}
}

// columnsOf are the measures of a table.
func columnsOf(t metrics.Table) []measure {
	var out []measure
	for _, s := range metrics.Columns(t) {
		out = append(out, measure{s})
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
func (m measure) of(values store.Metrics, k int) float64 { return m.shown(lookup(values, m.Key), k) }

// shown is a value as tables show it, NaN where a share is of an unknown K.
func (m measure) shown(v float64, k int) float64 { return m.Unit.Shown(v, k) }

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
