package table

import (
	"slices"
	"strings"
	"unicode"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// least is the width, in columns of a terminal, below which no table is made to fit.
const least = 40

// Text writes the table with its footnotes for a terminal of so many columns; 0 for any number.
// No row wraps. Where the table is too wide, columns leave, those of the highest Drop first, among
// equals from the right; the first one stays, and is cut short where it alone is too wide. A line says
// what was left out.
func (t *Table) Text(width int) (string, error) {
	t = t.shown()
	for _, row := range t.Rows {
		for i := range row {
			row[i].Aside = ""
		}
	}
	if width > 0 {
		width = max(width, least)
	}
	var left []string
	text, err := t.ruled()
	for err == nil && width > 0 && widest(text) > width {
		i := t.next()
		if i < 0 {
			t.cut(widest(text) - width)
			text, err = t.ruled()
			break
		}
		left = append(left, t.Columns[i].Title())
		t = t.without(i)
		text, err = t.ruled()
	}
	if err != nil {
		return "", err
	}
	if len(left) > 0 {
		slices.Reverse(left)
		text += wrapped("\n  ", "left out, as the terminal is too narrow: "+strings.Join(left, "; "), width)
	}
	return text + t.notesWithin(width), nil
}

// ruled draws the table with one line below its head.
func (t *Table) ruled() (string, error) {
	return t.draw(renderer.NewBlueprint(tw.Rendition{
		Symbols:  tw.NewSymbols(tw.StyleLight),
		Borders:  tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
		Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off}},
	}), Plain)
}

// next is the column that leaves first; −1 where the first one alone is left.
func (t *Table) next() int {
	best := -1
	for i, c := range t.Columns {
		if i > 0 && (best < 0 || c.Drop >= t.Columns[best].Drop) {
			best = i
		}
	}
	return best
}

func (t *Table) without(column int) *Table {
	i := -1
	return t.Only(func(Column) bool { i++; return i != column })
}

// cut takes so many columns of the terminal off the widest words of the first column.
func (t *Table) cut(excess int) {
	longest := twwidth.Width(t.Columns[0].Title())
	for _, row := range t.Rows {
		longest = max(longest, twwidth.Width(marked(row[:1], Plain)[0]))
	}
	most := max(longest-excess, 8)
	t.Columns[0].Name = shortened(t.Columns[0].Name, most)
	for _, row := range t.Rows {
		all := marked(row[:1], Plain)[0]
		marks := all[len(Plain(row[0].Text)):]
		row[0].Text = shortened(Plain(row[0].Text), most-twwidth.Width(marks))
	}
}

func shortened(s string, most int) string {
	if twwidth.Width(s) <= most {
		return s
	}
	return twwidth.Truncate(s, max(most-1, 1)) + "…"
}

func widest(text string) int {
	most := 0
	for line := range strings.Lines(text) {
		most = max(most, twwidth.Width(strings.TrimRight(line, " \n")))
	}
	return most
}

// notesWithin lists the footnotes, broken between words.
func (t *Table) notesWithin(width int) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.Trim(t.Footnotes("\n", Plain), "\n"), "\n") {
		if line != "" {
			b.WriteString(wrapped("\n  ", line, width))
		}
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// wrapped breaks a text between words; lines after the first stand further in.
func wrapped(lead, text string, width int) string {
	if width <= 0 {
		return lead + text
	}
	out, at := lead, len(lead)-1
	for i, word := range strings.Fields(text) {
		w := twwidth.Width(word)
		switch {
		case i == 0:
		case at+1+w > width:
			out, at = out+lead+"    ", len(lead)+3
		default:
			out, at = out+" ", at+1
		}
		out, at = out+word, at+w
	}
	return out
}

// Plain keeps foreign text on its line and from steering a terminal.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}
