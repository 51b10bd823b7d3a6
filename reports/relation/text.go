package relation

import (
	"fmt"
	"math"

	"protobench/reports/table"
)

// LevelTable is the table of the levels.
func LevelTable(levels []Level) *table.Table {
	t := &table.Table{Columns: []table.Column{
		{Name: "level", CSV: "level", Text: true, Brief: true}, {Name: "n", CSV: "n", Brief: true}, {Name: "groups", CSV: "groups", Brief: true},
		{Name: "Spearman's r", CSV: "r", Brief: true}, {Name: "95 % interval", CSV: "interval", Brief: true}, {Name: "so they", CSV: "says", Text: true, Brief: true},
	}}
	for _, l := range levels {
		deviations := "–"
		if l.Groups > 0 {
			deviations = fmt.Sprint(l.Groups)
		}
		t.Rows = append(t.Rows, []table.Value{{Text: l.Name}, {Text: fmt.Sprint(l.N)}, {Text: deviations}, {Text: number(l.R)}, {Text: interval(l.Low, l.High)}, {Text: l.Says()}})
	}
	return t
}

// MisfitTable lists the arms that the curve fails.
func (c Curve) MisfitTable(x, y string) *table.Table {
	t := &table.Table{Columns: []table.Column{
		{Name: "run", CSV: "run", Text: true, Brief: true}, {Name: "arm", CSV: "arm", Text: true, Brief: true}, {Name: Title(x), CSV: x, Brief: true},
		{Name: Title(y) + " by the curve", CSV: "fit", Brief: true}, {Name: "off by", CSV: "off", Brief: true}, {Name: "95 % interval", CSV: "interval", Brief: true}, {Name: "n", CSV: "n", Brief: true},
	}}
	for _, a := range c.Misfit() {
		t.Rows = append(t.Rows, []table.Value{
			{Text: a.Run}, {Text: a.Arm}, {Text: fmt.Sprintf("%.3g", a.at)}, {Text: fmt.Sprintf("%.1f", a.expected)},
			{Text: fmt.Sprintf("%+.1f", a.Off.Mean)}, {Text: interval(a.Off.Mean-a.Off.Half, a.Off.Mean+a.Off.Half)}, {Text: fmt.Sprint(a.Off.N)},
		})
	}
	return t
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%+.2f", v)
}

func interval(low, high float64) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return "–"
	}
	return fmt.Sprintf("%+.2f to %+.2f", low, high)
}
