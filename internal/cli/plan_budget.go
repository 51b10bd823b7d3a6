package cli

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"protobench/harness"
)

// budgetLine is what an arm's cells take, as --json prints it.
type budgetLine struct {
	Event  string  `json:"event"`
	Arm    string  `json:"arm"`
	Cells  int     `json:"cells"`
	Steps  int     `json:"steps"`   // of one cell
	StepMS float64 `json:"step_ms"` // on one core
}

// budgetTable shows where the time goes: cells × steps × time of a step.
func budgetTable(w io.Writer, budget []harness.Budget, total planTotal) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\narm\tcells\tsteps of each\tms per step\ttraining") // a tabwriter fails at Flush
	for _, b := range budget {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%.1f\t%s\n", b.Arm, b.Cells, b.Steps, milliseconds(b.Step), roughly(b.Total()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s × %.1f ms: about %s of training on one core, evaluations apart\n",
		work(budget, total.Steps), 1000*total.TrainS/float64(total.Steps), roughly(time.Duration(total.TrainS*float64(time.Second))))
	return err
}

// work is cells × steps, or all steps where cells differ in theirs.
func work(budget []harness.Budget, all int) string {
	cells := 0
	for _, b := range budget {
		cells += b.Cells
	}
	if each := budget[0].Steps; cells*each == all {
		return fmt.Sprintf("%s × %s", count(cells, "trained cell"), count(each, "step"))
	}
	return fmt.Sprintf("%s, %s", count(cells, "trained cell"), count(all, "step"))
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
