package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"protobench/reports"
)

type reportCommand struct {
	Dir  string `arg:"" help:"Folder of a run."`
	JSON bool   `name:"json" help:"One JSON object instead of the table."`
}

// Run writes the report of a run again.
func (c reportCommand) Run(w *console) error { return writeReport(w, c.Dir, c.JSON) }

// writeReport makes the report, prints its main table and says where it is.
func writeReport(w *console, dir string, asJSON bool) error {
	s, err := reports.Write(dir)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(w.out).Encode(reportLine{"report", s.Path, s.Planned, s.Done, s.Failed, s.Missing, s.Kept, s.Note})
	}
	for _, missing := range s.Missing {
		if _, err := fmt.Fprintln(w.err, "not drawn:", missing); err != nil {
			return err
		}
	}
	for _, kept := range s.Kept {
		if _, err := fmt.Fprintln(w.err, "kept, not renewed:", kept); err != nil {
			return err
		}
	}
	text, err := s.MainTable.Text(tableWidth(w.out))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "\n%s\n\nreport: %s\n", strings.TrimRight(text, "\n"), s.Path)
	if err == nil && s.Note != "" {
		_, err = fmt.Fprintf(w.out, "\n%s\n", s.Note)
	}
	return err
}

// tableWidth is how many columns a table may take: the terminal's, else what the shell says of it,
// else 100, as in a pipe.
func tableWidth(out io.Writer) int {
	if f, ok := out.(*os.File); ok {
		if n := columnsOf(f); n > 0 {
			return n
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 100
}

// reportLine is a report as --json prints it.
type reportLine struct {
	Event   string   `json:"event"`
	Path    string   `json:"path"`
	Planned int      `json:"planned"`
	Done    int      `json:"done"`
	Failed  int      `json:"failed"`
	Missing []string `json:"missing,omitempty"` // figures that could not be drawn
	Kept    []string `json:"kept,omitempty"`    // figures of an earlier report that could not be made again
	Note    string   `json:"note,omitempty"`
}
