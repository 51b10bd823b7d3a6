package reports

import (
	"fmt"

	"protobench/reports/quantity"
	"protobench/reports/table"
)

// entriesText says what entries over seeds are.
const entriesText = "Entries are means over n seeds with 95 % intervals: [low, high] of shares in percent (Student's, on the logit scale, so that it stays between 0 and 100), ± half the width of Student's of other numbers. " +
	"Of one or two seeds the values themselves stand there, by seed; equal values have no interval."

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
