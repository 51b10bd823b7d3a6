package table

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Markdown writes the table with its footnotes as Markdown.
func (t *Table) Markdown() (string, error) {
	t = t.Only(func(c Column) bool { return !c.Data })
	text, err := t.draw(renderer.NewMarkdown(), EscapeMarkdown)
	if err != nil {
		return "", err
	}
	return text + t.Footnotes("\n- ", EscapeMarkdown), nil
}

// Text writes the table with its footnotes for a terminal.
func (t *Table) Text() (string, error) {
	lines := tw.Rendition{
		Symbols: tw.NewSymbols(tw.StyleLight),
		Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
		},
	}
	text, err := t.draw(renderer.NewBlueprint(lines), plainLine)
	if err != nil {
		return "", err
	}
	return text + t.Footnotes("\n  ", plainLine), nil
}

// draw lays the table out. The library's own formatting is off: it would turn
// "unique@0.025" into a title and break long cells.
func (t *Table) draw(r tw.Renderer, escape func(string) string) (string, error) {
	var b strings.Builder
	align := make([]tw.Align, len(t.Columns))
	for i, c := range t.Columns {
		align[i] = tw.AlignRight
		if c.Text {
			align[i] = tw.AlignLeft
		}
	}
	w := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(r),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	)
	w.Header(escaped(t.Titles(), escape))
	for i := range t.Rows {
		if err := w.Append(escaped(t.Texts(i), escape)); err != nil {
			return "", err
		}
	}
	if err := w.Render(); err != nil {
		return "", err
	}
	return b.String(), nil
}

func escaped(texts []string, escape func(string) string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = escape(s)
	}
	return out
}

// EscapeMarkdown keeps foreign text from breaking a table or turning into markup.
func EscapeMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "`", "\\`", "\r", "", "\n", " ").Replace(s)
}

func plainLine(s string) string {
	return strings.NewReplacer("\r", "", "\n", " ", "\x1b", "").Replace(s)
}

// Footnotes lists the footnotes and what holds for the whole table, each after the lead.
func (t *Table) Footnotes(lead string, escape func(string) string) string {
	var b strings.Builder
	for i, n := range t.Notes {
		fmt.Fprintf(&b, "%s[%d] %s", lead, i+1, escape(n))
	}
	for _, n := range t.General {
		b.WriteString(lead + escape(n))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// CSV writes the table: an estimate takes the columns mean, low, high and n, with all
// Digits, anything else one column with its text.
func (t *Table) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	wide := t.estimateColumns()
	var titles []string
	for i, c := range t.Columns {
		titles = append(titles, c.CSV)
		if wide[i] {
			titles = append(titles, c.CSV+".low", c.CSV+".high", c.CSV+".n")
		}
	}
	rows := [][]string{titles}
	for _, row := range t.Rows {
		var line []string
		for i, v := range row {
			line = append(line, v.csvFields(wide[i])...)
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

func (v Value) csvFields(wide bool) []string {
	switch {
	case !wide:
		return []string{v.Text}
	case v.Estimate == nil:
		return []string{"", "", "", ""}
	}
	e := v.Estimate
	return []string{Digits(e.Mean), Digits(e.Mean - e.Half), Digits(e.Mean + e.Half), strconv.Itoa(e.N)}
}

// Digits writes a number with the digits that give it back; an undefined one is empty.
func Digits(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
