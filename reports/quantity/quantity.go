package quantity

import (
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/reports/table"
)

// Quantity is a metric as tables show it: counts of prototypes as a share of K, shares and
// accuracies in percent, anything else as it is.
type Quantity struct{ metric.Spec }

// Of is the quantity of a key. A metric that this program does not know, of a plan of another one,
// stands as it is.
func Of(key string) Quantity {
	if s, known := metrics.Find(key); known {
		return Quantity{s}
	}
	return Quantity{metric.Spec{Key: key}}
}

// Shown is a value as tables show it, NaN where a share is of an unknown K.
func (q Quantity) Shown(v float64, k int) float64 { return q.Unit.Shown(v, k) }

// Column heads the measure's values.
func (q Quantity) Column() table.Column {
	better := map[metric.Direction]table.Better{metric.Higher: table.Higher, metric.Lower: table.Lower}
	return table.Column{Name: q.Title(), Unit: q.unit(), Better: better[q.Spec.Better], CSV: q.Key}
}

// DifferenceColumn heads differences in the measure, which have its unit and its better side.
func (q Quantity) DifferenceColumn() table.Column {
	c := q.Column()
	c.Name, c.CSV = "Δ "+c.Name, "difference."+c.CSV
	return c
}

// unit is that of the shown values; empty for numbers without one, and for units that headings do
// not need.
func (q Quantity) unit() string {
	switch {
	case q.Unit.Percent():
		return "%"
	case q.Unit == metric.Radians:
		return "rad"
	case q.Unit == metric.Nats:
		return "nats"
	}
	return ""
}

// WithUnit names the measure with its unit.
func (q Quantity) WithUnit() string {
	c := q.Column()
	c.Better = table.Neither
	return c.Title()
}

// Entries says what entries over seeds are.
const Entries = "Entries are means over n seeds with 95 % intervals: [low, high] of shares in percent (Student's, on the logit scale, so that it stays between 0 and 100), ± half the width of Student's of other numbers. " +
	"Of one or two seeds the values themselves stand there, by seed; equal values have no interval."
