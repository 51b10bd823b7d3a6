package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"protobench/reports/table"
)

// grid writes a table for the page: with what its columns are sorted by, with the columns marked
// that the short form leaves out, and where differ is set with the entries marked that are not their
// column's usual ones.
func grid(t *table.Table, caption string, differ bool) template.HTML {
	t = t.Only(func(c table.Column) bool { return !c.Data })
	var b strings.Builder
	b.WriteString("<table><caption>" + escape(caption) + "</caption><thead><tr>")
	brief := hasBrief(t)
	for _, c := range t.Columns {
		b.WriteString(`<th scope="col"` + when(` data-num`, !c.Text) + when(` data-extra`, brief && !c.Brief) + `>` + escape(c.Title()) + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	usual := make([]string, len(t.Columns))
	if differ {
		for i := range t.Columns {
			usual[i] = mostFrequent(t, i)
		}
	}
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, v := range row {
			b.WriteString(entry(t.Columns[i], v, i == 0, brief && !t.Columns[i].Brief, usual[i]))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	b.WriteString(notes(t))
	return template.HTML(b.String()) // made of escaped text and the elements above
}

// entry writes one entry; the first of a row heads it.
func entry(c table.Column, v table.Value, head, extra bool, usual string) string {
	element, attributes := "td", ""
	if head {
		element, attributes = "th", ` scope="row"`
	}
	if key := sortKey(c, v); key != "" {
		attributes += ` data-sort="` + key + `"`
	}
	differs := usual != "" && v.Text != usual
	attributes += when(` class="differs"`, differs) + when(` data-extra`, extra)
	text := escape(v.Text + v.Aside)
	if differs {
		text = `<span class="sr">differs: </span>` + text
	}
	for _, m := range v.Marks {
		text += "<sup>[" + strconv.Itoa(m) + "]</sup>"
	}
	return "<" + element + attributes + ">" + text + "</" + element + ">"
}

// sortKey is the number that an entry is sorted by; empty for words and where there is none.
func sortKey(c table.Column, v table.Value) string {
	switch {
	case c.Text:
		return ""
	case v.Estimate != nil:
		return table.Digits(v.Estimate.Mean)
	case v.Number != nil:
		return table.Digits(*v.Number)
	}
	return ""
}

func hasBrief(t *table.Table) bool {
	for _, c := range t.Columns {
		if c.Brief {
			return true
		}
	}
	return false
}

// mostFrequent is the text that most rows have in a column; empty for the first column, which names
// the rows, and where none stands twice.
func mostFrequent(t *table.Table, column int) string {
	count, best := map[string]int{}, ""
	for _, row := range t.Rows {
		text := row[column].Text
		if count[text]++; column > 0 && count[text] > max(1, count[best]) {
			best = text
		}
	}
	return best
}

// notes lists the footnotes and what holds for the whole table.
func notes(t *table.Table) string {
	if len(t.Notes)+len(t.General) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<ul class="notes">`)
	for i, n := range t.Notes {
		fmt.Fprintf(&b, "<li>[%s] %s</li>", strconv.Itoa(i+1), escape(n))
	}
	for _, n := range t.General {
		b.WriteString("<li>" + escape(n) + "</li>")
	}
	b.WriteString("</ul>")
	return b.String()
}

func when(text string, on bool) string {
	if on {
		return text
	}
	return ""
}

func escape(s string) string { return template.HTMLEscapeString(s) }
