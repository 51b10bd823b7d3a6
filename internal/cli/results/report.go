package results

import (
	"encoding/json"
	"fmt"
	"strings"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/reports"
	"protobench/reports/pivot"
	"protobench/reports/table"
)

// Report is the verb report.
type Report struct {
	Dir    string   `arg:"" help:"Folder of a run."`
	Format []string `help:"Forms of the tables: md, tex, csv, html; one of them or text for a pivot table. Files of the report are CSV where nothing is said."`
	Resolution
	JSON bool `name:"json" help:"One JSON object instead of the table."`

	Row    []string `group:"Pivot table, printed instead of writing the report:" help:"Key whose values make the rows: method, learner, seed, any setting's path, … Several: again, or with commas."`
	Col    []string `group:"Pivot table, printed instead of writing the report:" help:"Key whose values make the columns."`
	Value  []string `group:"Pivot table, printed instead of writing the report:" help:"Metric, of an observer as OBSERVER/METRIC; the declared endpoints where nothing is said."`
	Filter string   `group:"Pivot table, printed instead of writing the report:" help:"Runs to take, e.g. 'method:swav* -seed:0 OR learner:gmm'."`
}

// Run writes the report of a run again, or prints a pivot table of it.
func (c Report) Run(w *console.Console) error {
	if len(c.Row)+len(c.Col)+len(c.Value) > 0 || c.Filter != "" {
		return c.pivot(w)
	}
	return WriteReport(w, c.Dir, c.JSON, reports.Options{Formats: c.Format, DPI: c.Pixels()})
}

// pivot prints a table of any keys.
func (c Report) pivot(w *console.Console) error {
	defer heap.Late()()
	if c.JSON || c.DPI != nil || len(c.Format) > 1 {
		return fmt.Errorf("a pivot table is printed in one form; give one --format of text, %s, and neither --json nor --dpi", strings.Join(table.Formats(), ", "))
	}
	t, err := reports.Pivot(c.Dir, pivot.Options{Rows: c.Row, Cols: c.Col, Values: c.Value, Filter: c.Filter})
	if err != nil {
		return err
	}
	var text string
	if len(c.Format) == 0 || c.Format[0] == "text" {
		text, err = t.Text(console.WidthOf(w.Out, 100))
	} else {
		text, err = t.Formatted(c.Format[0])
	}
	if err == nil {
		_, err = fmt.Fprintln(w.Out, strings.TrimRight(text, "\n"))
	}
	return err
}

// WriteReport makes the report, prints its main table and says where it is.
func WriteReport(w *console.Console, dir string, asJSON bool, o reports.Options) error {
	defer heap.Late()()
	s, err := reports.Write(dir, o)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(w.Out).Encode(ReportLine{"report", s.Path, s.Planned, s.Done, s.Failed, s.Missing, s.Kept, s.Note})
	}
	for _, missing := range s.Missing {
		if _, err := fmt.Fprintln(w.Err, "not drawn:", missing); err != nil {
			return err
		}
	}
	for _, kept := range s.Kept {
		if _, err := fmt.Fprintln(w.Err, "kept, not renewed:", kept); err != nil {
			return err
		}
	}
	text, err := s.MainTable.Text(console.WidthOf(w.Out, 100))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "\n%s\n\nreport: %s\n", strings.TrimRight(text, "\n"), s.Path)
	if err == nil && s.Note != "" {
		_, err = fmt.Fprintf(w.Out, "\n%s\n", s.Note)
	}
	return err
}

// ReportLine is a report as --json prints it.
type ReportLine struct {
	Event   string   `json:"event"`
	Path    string   `json:"path"`
	Planned int      `json:"planned"`
	Done    int      `json:"done"`
	Failed  int      `json:"failed"`
	Missing []string `json:"missing,omitempty"` // figures that could not be drawn
	Kept    []string `json:"kept,omitempty"`    // figures of an earlier report that could not be made again
	Note    string   `json:"note,omitempty"`
}
