package results

import (
	"encoding/json"
	"fmt"
	"strings"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/reports"
)

// Explain is the verb explain.
type Explain struct {
	Dir  string `arg:"" help:"Folder of a run."`
	JSON bool   `name:"json" help:"One JSON object instead of the table."`
}

// Run judges the claims of a run's sweep and writes findings.md.
func (c Explain) Run(w *console.Console) error {
	defer heap.Late()()
	e, err := reports.Explain(c.Dir)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(e)
	}
	if e.Question != "" {
		if _, err := fmt.Fprintf(w.Out, "%s\n\n", e.Question); err != nil {
			return err
		}
	}
	if e.Done < e.Planned {
		w.Warn(fmt.Sprintf("%d of %d cells have a result; the verdicts rest on those", e.Done, e.Planned))
	}
	text, err := e.Table.Text(console.WidthOf(w.Out, 100))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "%s\n\nfindings: %s\n", strings.TrimRight(text, "\n"), e.Path)
	return err
}
