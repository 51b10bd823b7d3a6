package table

import (
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Markdown writes the table with its footnotes as Markdown. The caption is the page's to write.
func (t *Table) Markdown() (string, error) {
	t = t.shown()
	text, err := t.draw(renderer.NewMarkdown(), EscapeMarkdown)
	if err != nil {
		return "", err
	}
	return text + t.Footnotes("\n- ", EscapeMarkdown), nil
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
	titles := t.Titles()
	for i := range titles {
		titles[i] = escape(titles[i])
	}
	w.Header(titles)
	for _, row := range t.Rows {
		if err := w.Append(marked(row, escape)); err != nil {
			return "", err
		}
	}
	if err := w.Render(); err != nil {
		return "", err
	}
	return b.String(), nil
}

// marked are a row's texts with the marks of their footnotes.
func marked(row []Value, escape func(string) string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		out[i] = escape(v.Text + v.Aside)
		for _, m := range v.Marks {
			out[i] += fmt.Sprintf(" [%d]", m)
		}
	}
	return out
}

// EscapeMarkdown keeps foreign text from breaking a table or turning into markup.
func EscapeMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "&", "&amp;", "<", "&lt;", "*", `\*`, "`", "\\`", "](", `]\(`, "][", `]\[`, "\r", "", "\n", " ").Replace(s)
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
