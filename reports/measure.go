package reports

import (
	"fmt"
	"math"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/reports/table"
	"protobench/stats"
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
	return m.Of == metrics.OfPrototypes && !m.Telling && r.Result.Outcome.Status == store.Collapsed
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
	e := stats.Estimated(values)
	v := table.Value{Text: m.text(e, len(runs)-left), Estimate: &e}
	if counted && e.N > 0 {
		v.Text += fmt.Sprintf(" (%.0f of %d)", e.Mean*float64(runs[0].k)/100, runs[0].k)
	}
	switch {
	case left > 0 && left == len(runs):
		v.Text = fmt.Sprintf("collapsed %d/%d", left, left)
	case left > 0:
		v.Text += fmt.Sprintf(", collapsed %d/%d", left, len(runs))
	}
	return v
}

// title heads the measure's column.
func (m measure) title() string {
	switch {
	case m.Unit.Percent():
		return m.Title() + " %"
	case m.Unit == metrics.Radians:
		return m.Title() + ", rad"
	}
	return m.Title()
}

// number writes a value with the decimals that suit its unit.
func (m measure) number(v float64) string { return m.Unit.Text(v) }

// rounding is the size below which a number is what float64 left of 0.
const rounding = 1e-12

// undefined stands in tables where there is no value.
const undefined = "–"

// text writes "mean ± half width", or the mean alone when there is no interval. A
// number of values below the row's own is told.
func (m measure) text(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	s := m.number(e.Mean)
	if !math.IsNaN(e.Half) {
		s += " ± " + m.halfWidth(e)
	}
	if e.N != rowN {
		s += fmt.Sprintf(" (n = %d)", e.N)
	}
	return s
}

// halfWidth writes the half width with the mean's decimals.
func (m measure) halfWidth(e stats.Estimate) string {
	mean := m.number(e.Mean)
	decimals := 0
	if i := strings.IndexByte(mean, '.'); i >= 0 {
		decimals = len(mean) - i - 1
	}
	return fmt.Sprintf("%.*f", decimals, e.Half)
}

// signed writes a difference with its interval: "+3.1 [1.0, 5.2]". A number of pairs
// other than the row's own is told.
func (m measure) signed(e stats.Estimate, rowN int) string {
	if e.N == 0 {
		return undefined
	}
	s := strings.Replace(m.number(e.Mean), "-", "−", 1)
	if e.Mean > -rounding {
		s = "+" + s
	}
	if !math.IsNaN(e.Half) {
		low, high := m.number(e.Mean-e.Half), m.number(e.Mean+e.Half)
		s += strings.ReplaceAll(fmt.Sprintf(" [%s, %s]", low, high), "-", "−")
	}
	if e.N != rowN {
		s += fmt.Sprintf(" (n = %d)", e.N)
	}
	return s
}
