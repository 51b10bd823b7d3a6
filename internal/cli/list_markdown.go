package cli

import (
	"io"
	"strings"
)

// pageHead opens the page that `list all --markdown` is.
const pageHead = `# Methods

Written by ` + "`protobench list all --markdown`" + ` (` + "`make docs`" + `); a test fails when it is not current. Edit the texts where the parts are
defined, in the package ` + "`methods`" + `.

A method is a composition of objective, learner, regularizers and embedding; observers are further learners. Ranges are intervals, a missing
bound is none.
`

// listMarkdown writes sections as tables, on a page with headings or bare.
func listMarkdown(w io.Writer, sections []section, page bool) error {
	var b strings.Builder
	if page {
		b.WriteString(pageHead)
	}
	for i, s := range sections {
		switch {
		case page:
			b.WriteString("\n## " + strings.ToUpper(s.title[:1]) + s.title[1:] + "\n\n")
			if s.intro != "" {
				b.WriteString(s.intro + "\n\n")
			}
		case i > 0:
			b.WriteString("\n")
		}
		s.markdown(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s section) markdown(b *strings.Builder) {
	line := func(cells []string, code int) {
		for i, c := range cells {
			c = strings.ReplaceAll(c, "|", `\|`)
			if i < code && c != "" {
				c = "`" + c + "`"
			}
			b.WriteString("| " + c + " ")
		}
		b.WriteString("|\n")
	}
	line(s.head, 0)
	b.WriteString(strings.Repeat("|---", len(s.head)) + "|\n")
	for _, r := range s.rows {
		line(r.cells, s.code)
	}
}
