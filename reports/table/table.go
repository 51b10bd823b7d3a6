package table

import (
	"fmt"

	"protobench/stats"
)

// Table is the one model behind Markdown, CSV and terminal text.
type Table struct {
	Columns []Column
	Rows    [][]Value // [rows][len(Columns)]
	Notes   []string  // footnotes; note i is [i+1] in the texts
	General []string  // what holds for the whole table
}

// Column heads one column.
type Column struct {
	Name  string // in Markdown and text
	CSV   string // in CSV, a metric's key where it is one
	Text  bool   // words, not numbers: aligned left
	Brief bool   // belongs to the short table of the terminal
	Data  bool   // stands in CSV alone
}

// Value is one entry: its text, the marks of its footnotes, which CSV leaves out, and the
// estimate behind it where it is one.
type Value struct {
	Text     string
	Marks    string
	Estimate *stats.Estimate
}

// Note keeps a footnote once and returns its mark.
func (t *Table) Note(text string) string {
	for i, n := range t.Notes {
		if n == text {
			return fmt.Sprintf(" [%d]", i+1)
		}
	}
	t.Notes = append(t.Notes, text)
	return fmt.Sprintf(" [%d]", len(t.Notes))
}

// Brief returns the short table of the terminal.
func (t *Table) Brief() *Table { return t.Only(func(c Column) bool { return c.Brief }) }

// Only returns the table of the columns that keep wants, with all notes.
func (t *Table) Only(keep func(Column) bool) *Table {
	out := &Table{Notes: t.Notes, General: t.General, Rows: make([][]Value, len(t.Rows))}
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

// Texts are a row's entries with their marks.
func (t *Table) Texts(row int) []string {
	out := make([]string, len(t.Columns))
	for i, v := range t.Rows[row] {
		out[i] = v.Text + v.Marks
	}
	return out
}

// Titles are the columns' names.
func (t *Table) Titles() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}
