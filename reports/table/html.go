package table

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode"
)

// HTML writes the table as a fragment of a page: a table with its caption, heads that say of what
// they are the heads, what each entry is sorted by in data-sort (empty where there is no value), and
// the footnotes as a list below. All text is escaped. Columns of words have the class "words", those
// of numbers "number"; notes are linked where the table has a name, which then is its id.
func (t *Table) HTML() string {
	t = t.shown()
	var b strings.Builder
	id := ""
	if t.Name != "" {
		id = ` id="` + escapeHTML(t.Name) + `"`
	}
	fmt.Fprintf(&b, "<table%s>\n", id)
	if t.Caption != "" {
		fmt.Fprintf(&b, "<caption>%s</caption>\n", escapeHTML(t.Caption))
	}
	b.WriteString("<thead>\n<tr>")
	for _, c := range t.Columns {
		fmt.Fprintf(&b, `<th scope="col" class="%s"%s>%s</th>`, c.class(), c.better(), escapeHTML(c.Title()))
	}
	b.WriteString("</tr>\n</thead>\n<tbody>\n")
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, v := range row {
			b.WriteString(t.entry(i, v))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n")
	b.WriteString(t.notesHTML())
	return b.String()
}

func (c Column) class() string {
	if c.Text {
		return "words"
	}
	return "number"
}

// better says in words what the arrow of a heading means.
func (c Column) better() string {
	return [...]string{"", ` title="higher is better"`, ` title="lower is better"`}[c.Better]
}

// entry is one cell; the first of a row heads it.
func (t *Table) entry(column int, v Value) string {
	open, name := "td", "td"
	if column == 0 {
		open, name = `th scope="row"`, "th"
	}
	return fmt.Sprintf(`<%s class="%s" data-sort="%s">%s%s</%s>`,
		open, t.Columns[column].class(), escapeHTML(v.sortKey()), escapeHTML(v.Text+v.Aside), t.marksHTML(v.Marks), name)
}

// sortKey is what an entry is ordered by: its number, else its words.
func (v Value) sortKey() string {
	if v.Estimate != nil {
		return Digits(v.Estimate.Mean)
	}
	return v.field()
}

func (t *Table) marksHTML(marks []int) string {
	out := ""
	for _, m := range marks {
		if t.Name == "" {
			out += fmt.Sprintf("<sup>[%d]</sup>", m)
			continue
		}
		out += fmt.Sprintf(`<sup><a href="#%s">[%d]</a></sup>`, escapeHTML(t.noteID(m)), m)
	}
	return out
}

func (t *Table) noteID(mark int) string { return fmt.Sprintf("%s-note-%d", t.Name, mark) }

func (t *Table) notesHTML() string {
	general := t.General
	if t.Entries != "" {
		general = append(slices.Clone(general), t.Entries)
	}
	if len(t.Notes)+len(general) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<ul class=\"notes\">\n")
	for i, n := range t.Notes {
		id := ""
		if t.Name != "" {
			id = ` id="` + escapeHTML(t.noteID(i+1)) + `"`
		}
		fmt.Fprintf(&b, "<li%s>[%d] %s</li>\n", id, i+1, escapeHTML(n))
	}
	for _, n := range general {
		fmt.Fprintf(&b, "<li>%s</li>\n", escapeHTML(n))
	}
	b.WriteString("</ul>\n")
	return b.String()
}

// escapeHTML keeps foreign text from turning into markup; control characters are no part of a page.
func escapeHTML(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}
