package reports

import (
	"fmt"
	"math"

	"protobench/metrics"
	"protobench/reports/table"
)

// words is a column of words under one name on pages and in CSV.
func words(name string) table.Column { return wordsAs(name, name) }

// wordsAs is a column of words that is named otherwise in CSV.
func wordsAs(name, csv string) table.Column { return table.Column{Name: name, CSV: csv, Text: true} }

// seedsColumn counts the runs behind a row.
func seedsColumn() table.Column { return table.Column{Name: "n", CSV: "n"} }

// column heads the measure's values.
func (m measure) column() table.Column {
	better := map[metrics.Direction]table.Better{metrics.Higher: table.Higher, metrics.Lower: table.Lower}
	return table.Column{Name: m.Title(), Unit: m.unit(), Better: better[m.Spec.Better], CSV: m.Key}
}

// differenceColumn heads differences in the measure, which have its unit and its better side.
func (m measure) differenceColumn() table.Column {
	c := m.column()
	c.Name, c.CSV = "Δ "+c.Name, "difference."+c.CSV
	return c
}

func columns(measures []measure) []table.Column {
	var out []table.Column
	for _, m := range measures {
		out = append(out, m.column())
	}
	return out
}

// unit is that of the shown values; empty for numbers without one, and for units that headings do
// not need.
func (m measure) unit() string {
	switch {
	case m.Unit.Percent():
		return "%"
	case m.Unit == metrics.Radians:
		return "rad"
	case m.Unit == metrics.Nats:
		return "nats"
	}
	return ""
}

// title names the measure with its unit.
func (m measure) title() string {
	c := m.column()
	c.Better = table.Neither
	return c.Title()
}

func texts(of ...string) []table.Value {
	var out []table.Value
	for _, w := range of {
		out = append(out, table.Value{Text: w})
	}
	return out
}

// undefined stands in tables where there is no value.
const undefined = table.Undefined

func pValue(p float64) table.Value { return table.Number(p, pText(p)) }

func pText(p float64) string {
	switch {
	case math.IsNaN(p):
		return undefined
	case p < 0.001:
		return fmt.Sprintf("%.1g", p)
	}
	return fmt.Sprintf("%.3f", p)
}

// plural writes a number of things: "1 seed", "6 seeds".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
