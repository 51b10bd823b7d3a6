package console

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table writes rows below their titles, columns aligned, without blanks at the ends of lines.
func Table(w io.Writer, head []string, rows [][]string) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, strings.Join(head, "\t")) // nothing fails in memory
	for _, r := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	_ = t.Flush()
	var lines strings.Builder
	for line := range strings.Lines(b.String()) {
		lines.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
