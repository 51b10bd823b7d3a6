package list

import (
	"io"
	"strings"
	"unicode/utf8"

	"protobench/internal/console"
)

const (
	listWidth   = 100 // columns of a listing that goes elsewhere than to a screen
	roomy       = 40  // columns that a wrapped one needs
	narrow      = 24  // characters up to which a column of a listing that is too wide stays one …
	narrowNames = 36  // … and one of names and values
	indent      = "    "
)

// listText writes a section within a width. Where its table is wider, its widest column is wrapped if
// there is room for it.
func listText(w io.Writer, s section, width int) error {
	all, lines := widths(s), make([][]string, len(s.rows))
	for i, r := range s.rows {
		lines[i] = r.cells
	}
	if total(all) <= width {
		return console.Table(w, s.head, lines)
	}
	widest := 0
	for i, n := range all {
		if n > all[widest] {
			widest = i
		}
	}
	room := width - (total(all) - all[widest])
	if widest > 0 && room >= roomy {
		return console.Table(w, s.head, folded(lines, widest, room))
	}
	return stacked(w, s, width)
}

// folded are rows with one column wrapped: each line of it is a row.
func folded(rows [][]string, column, width int) [][]string {
	var out [][]string
	for _, r := range rows {
		lines := wrapped(r[column], width)
		if len(lines) == 0 {
			lines = []string{""}
		}
		for i, line := range lines {
			cells := make([]string, len(r))
			if i == 0 {
				copy(cells, r)
			}
			cells[column] = line
			out = append(out, cells)
		}
	}
	return out
}

// stacked writes the narrow columns that fit as one line of a row, and what is in the others below
// it, wrapped.
func stacked(w io.Writer, s section, width int) error {
	inline := inlineColumns(s, width)
	var b strings.Builder
	var lines [][]string
	for _, r := range s.rows {
		lines = append(lines, picked(r.cells, inline, true))
	}
	if err := console.Table(&b, picked(s.head, inline, true), lines); err != nil {
		return err
	}
	firsts := strings.SplitAfter(b.String(), "\n")
	b.Reset()
	b.WriteString(firsts[0])
	labels := picked(s.head, inline, false)
	for i, r := range s.rows {
		b.WriteString(firsts[i+1])
		for j, text := range picked(r.cells, inline, false) {
			if !strings.HasPrefix(labels[j], "what it ") { // the text tells what it is
				text = labelled(labels[j], text)
			}
			for _, line := range wrapped(text, width-len(indent)) {
				b.WriteString(indent + line + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// labelled puts a column's title before a cell that is not empty.
func labelled(title, text string) string {
	if text == "" {
		return ""
	}
	return title + ": " + text
}

// widths are those of the columns, titles included.
func widths(s section) []int {
	out := make([]int, len(s.head))
	for _, r := range append([]row{{cells: s.head}}, s.rows...) {
		for i, c := range r.cells {
			out[i] = max(out[i], utf8.RuneCountInString(c))
		}
	}
	return out
}

// total is the width of a table with columns of these.
func total(widths []int) int {
	n := -2
	for _, w := range widths {
		n += w + 2
	}
	return n
}

// inlineColumns tells which columns stand in a row's first line: its name, and those after it that
// are narrow while they fit.
func inlineColumns(s section, width int) []bool {
	all := widths(s)
	inline := make([]bool, len(all))
	used := 0
	for i, n := range all {
		limit := narrow
		if i < s.code {
			limit = narrowNames
		}
		if i == 0 || n <= limit && used+2+n <= width {
			inline[i], used = true, used+2+n
		}
	}
	return inline
}

// picked are the cells of the inline columns, or those of the others.
func picked(cells []string, inline []bool, want bool) []string {
	var out []string
	for i, c := range cells {
		if inline[i] == want {
			out = append(out, c)
		}
	}
	return out
}

// wrapped breaks a text between words into lines of at most width characters, of which a longer
// word has one of its own; none for an empty text.
func wrapped(text string, width int) []string {
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(text) {
		size := utf8.RuneCountInString(word)
		if n > 0 && n+1+size > width {
			lines, line, n = append(lines, line), "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+size
	}
	if n > 0 {
		lines = append(lines, line)
	}
	return lines
}
