package reports

import (
	"fmt"
	"math"

	"protobench/reports/table"
)

// words is a column of words under one name on pages and in CSV.
func words(name string) table.Column { return wordsAs(name, name) }

// wordsAs is a column of words that is named otherwise in CSV.
func wordsAs(name, csv string) table.Column { return table.Column{Name: name, CSV: csv, Text: true} }

// seedsColumn counts the runs behind a row.
func seedsColumn() table.Column { return table.Column{Name: "n", CSV: "n"} }

func columns(measures []measure) []table.Column {
	var out []table.Column
	for _, m := range measures {
		out = append(out, m.Column())
	}
	return out
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
