package table

import (
	"fmt"
	"slices"
	"strings"
)

// Formats are those that tables are written in, besides that of the terminal.
func Formats() []string { return []string{"md", "tex", "csv", "html"} }

// CheckFormats refuses what is none of [Formats].
func CheckFormats(formats []string) error {
	for _, f := range formats {
		if !slices.Contains(Formats(), f) {
			return fmt.Errorf("unknown format %q of tables; expected some of %s", f, strings.Join(Formats(), ","))
		}
	}
	return nil
}

// Formatted writes the table in one of [Formats].
func (t *Table) Formatted(format string) (string, error) {
	if err := CheckFormats([]string{format}); err != nil {
		return "", err
	}
	switch format {
	case "md":
		return t.Markdown()
	case "tex":
		return t.LaTeX(), nil
	case "html":
		return t.HTML(), nil
	}
	return t.CSV()
}

// InPrint is the table as a file of a format shows it: LaTeX is for papers, so that a table with a
// short form has that.
func (t *Table) InPrint(format string) *Table {
	if format == "tex" && slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Brief }) {
		return t.Brief()
	}
	return t
}
