package table

import (
	"slices"
	"strconv"

	"protobench/stats"
)

// Table is the one model behind every form. Rows have as many values as there are columns.
type Table struct {
	Name    string // of its files and its place on a page: letters, digits and underscores
	Caption string // what the table shows
	Entries string // how entries over seeds are written, which a page of many tables says once
	Columns []Column
	Rows    [][]Value // [rows][len(Columns)]
	Notes   []string  // footnotes; note i has the mark i+1
	General []string  // what holds for the whole table
}

// Column heads one column.
type Column struct {
	Name   string // without the unit; a metric's names its protocol
	Unit   string // "%", "rad", "ms"; empty for numbers without one, and for words
	Better Better // where the better values lie
	CSV    string // in CSV, a metric's key where it is one
	Text   bool   // words, not numbers: aligned left
	Brief  bool   // belongs to the short table of the terminal
	Drop   int    // columns of the highest number leave first where a terminal is narrow, among equals from the right
	Data   bool   // stands in CSV alone
}

// Better is the direction in which a column's values get better.
type Better int

// The directions.
const (
	Neither Better = iota // describes
	Higher
	Lower
)

// Arrow marks the direction: ↑, ↓, or nothing.
func (b Better) Arrow() string { return [...]string{"", "↑", "↓"}[b] }

// Title is the column's heading: its name, its unit and where better lies.
func (c Column) Title() string {
	out := c.Name
	switch c.Unit {
	case "":
	case "%":
		out += " %"
	default:
		out += ", " + c.Unit
	}
	if c.Better != Neither {
		out += " " + c.Better.Arrow()
	}
	return out
}

// header is a heading of the column in CSV: the key with an ending, and the unit.
func (c Column) header(ending, unit string) string {
	if unit == "" {
		return c.CSV + ending
	}
	return c.CSV + ending + " [" + unit + "]"
}

// Undefined stands where there is no value; CSV leaves such an entry empty.
const Undefined = "–"

// Value is one entry: its text, its footnotes, and the number behind it. Marks are left out of CSV.
type Value struct {
	Text     string
	Aside    string          // the same said in another way, behind the text; not in the terminal, nor in CSV
	Marks    []int           // of footnotes, from 1
	Number   *float64        // with all digits, in the column's unit; nil for words
	Estimate *stats.Estimate // of a number over seeds, in place of Number
}

// Number is an entry with its number.
func Number(v float64, text string) Value { return Value{Text: text, Number: &v} }

// Count is an entry that is a whole number.
func Count(n int) Value { return Number(float64(n), strconv.Itoa(n)) }

// Note keeps a footnote once and returns its mark.
func (t *Table) Note(text string) int {
	if i := slices.Index(t.Notes, text); i >= 0 {
		return i + 1
	}
	t.Notes = append(t.Notes, text)
	return len(t.Notes)
}

// Brief returns the short table of the terminal.
func (t *Table) Brief() *Table { return t.Only(func(c Column) bool { return c.Brief }) }

// shown is the table without what stands in CSV alone.
func (t *Table) shown() *Table { return t.Only(func(c Column) bool { return !c.Data }) }

// Only returns the table of the columns that keep wants, with all notes.
func (t *Table) Only(keep func(Column) bool) *Table {
	out := &Table{Name: t.Name, Caption: t.Caption, Entries: t.Entries, Notes: t.Notes, General: t.General, Rows: make([][]Value, len(t.Rows))}
	for c, col := range t.Columns {
		if !keep(col) {
			continue
		}
		out.Columns = append(out.Columns, col)
		for r := range t.Rows {
			out.Rows[r] = append(out.Rows[r], t.Rows[r][c])
		}
	}
	return out
}

// Titles are the columns' headings.
func (t *Table) Titles() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Title()
	}
	return out
}
