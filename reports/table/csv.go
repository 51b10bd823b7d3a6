package table

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
)

// CSV writes the table for other programs: numbers with all digits and nothing beside them, units
// in the headings, an empty entry where there is no value. An estimate takes the columns mean, low,
// high and n: the bounds are those of its 95 % interval, empty where there is none to show.
func (t *Table) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	wide := t.estimateColumns()
	var titles []string
	for i, c := range t.Columns {
		titles = append(titles, c.header("", c.Unit))
		if wide[i] {
			titles = append(titles, c.header(".low", c.Unit), c.header(".high", c.Unit), c.header(".n", ""))
		}
	}
	rows := [][]string{titles}
	for _, row := range t.Rows {
		var line []string
		for i, v := range row {
			line = append(line, v.fields(wide[i])...)
		}
		rows = append(rows, line)
	}
	err := w.WriteAll(rows)
	return b.String(), err
}

func (t *Table) estimateColumns() []bool {
	wide := make([]bool, len(t.Columns))
	for _, row := range t.Rows {
		for i, v := range row {
			wide[i] = wide[i] || v.Estimate != nil
		}
	}
	return wide
}

func (v Value) fields(wide bool) []string {
	switch {
	case v.Estimate != nil:
		low, high := v.Estimate.Interval()
		return []string{Digits(v.Estimate.Mean), Digits(low), Digits(high), strconv.Itoa(v.Estimate.N)}
	case wide:
		return []string{"", "", "", ""}
	}
	return []string{v.field()}
}

// field is the entry as one field.
func (v Value) field() string {
	switch {
	case v.Number != nil:
		return Digits(*v.Number)
	case v.Text == Undefined:
		return ""
	}
	return v.Text
}

// Digits writes a number with the digits that give it back; an undefined one is empty.
func Digits(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
