package list

import (
	"fmt"
	"io"
	"strings"

	"protobench/internal/cli/texts"
)

// pageHeads open the pages that some listings are.
func pageHeads() map[string]string {
	const written = "Written by `protobench list %s --markdown` (`make docs`); a test fails when it is not current. Edit the texts where %s.\n\n"
	return map[string]string{
		"all": "# Methods\n\n" + fmt.Sprintf(written, "all", "the parts are\ndefined, in the package `methods`") +
			`A method is a composition of objective, learner, regularizers and embedding; observers are further learners. Ranges are intervals, a missing
bound is none.
`,
		"keys": "# Sweep files\n\n" + fmt.Sprintf(written, "keys", "the keys are declared, and the example in `internal/cli/texts`") +
			"A sweep is a TOML file. By example, as `protobench help sweep` prints it:\n\n```toml\n" + texts.Of("sweep.toml") + "```\n\n" +
			`Tables and keys may be written either way: ` + "`[loss]` with `temperature = 0.2`, or `loss.temperature = 0.2`" + ` in a method's table. On the command line
` + "`--set KEY=VALUE`" + ` sets a key anew. Ranges are intervals, a missing bound is none; *read by* says which objectives, learners, data sets or encoders use a
key: in an arm that does not, it is an error.
`,
	}
}

// listMarkdown writes sections as tables, on a page below its head or, without one, bare.
func listMarkdown(w io.Writer, sections []section, head string) error {
	var b strings.Builder
	b.WriteString(head)
	for i, s := range sections {
		switch {
		case head != "":
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
