package cli

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"protobench/harness"
	"protobench/harness/budget"
	"protobench/internal/wording"
)

// budgetLine is what an arm's cells take, as --json prints it.
type budgetLine struct {
	Event      string  `json:"event"`
	Arm        string  `json:"arm"`
	Cells      int     `json:"cells"`
	Steps      int     `json:"steps"`             // of one cell
	StepMS     float64 `json:"step_ms"`           // on one core
	EvalS      float64 `json:"eval_s"`            // of one cell
	Weights    int64   `json:"weights_bytes"`     // of one cell, in memory; and on disk at its end where they are kept
	Prototypes int64   `json:"prototypes_bytes"`  // of one cell
	State      int64   `json:"state_bytes"`       // of one cell, weights and prototypes included
	Data       int64   `json:"data_bytes"`        // shared by cells
	Peak       int64   `json:"peak_bytes"`        // of one cell at the end, without the data; estimated
	Refused    string  `json:"refused,omitempty"` // why its cells cannot run here, where they cannot; nothing of them is timed
}

func lineOf(b budget.Arm) budgetLine {
	m := b.Memory
	return budgetLine{"budget", b.Name, b.Cells, b.Steps, milliseconds(b.Step), b.Evaluate.Seconds(), m.Weights, m.Prototypes, m.State, m.Data, b.Need.Total(), b.Refused}
}

// budgetTotal sums budgets up.
type budgetTotal struct {
	EvalS float64 `json:"eval_s"`         // on one core; 0 when not measured
	Kept  int64   `json:"weights_stored"` // bytes of final.safetensors in all cells' folders
}

func sumOf(p *harness.Plan, arms []budget.Arm) (t budgetTotal) {
	for _, b := range arms {
		t.EvalS += b.Evaluation().Seconds()
		if p.Sweep.KeepsWeights {
			t.Kept += int64(b.Cells) * b.Memory.Weights
		}
	}
	return t
}

// budgetTable shows where time and memory go.
func budgetTable(w io.Writer, arms []budget.Arm, total planTotal) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "\narm\tcells\tsteps of each\tweights\tprototypes\tall state\tpeak\timages\tms per step\ttraining\tevaluation") // a tabwriter fails at Flush
	for _, b := range arms {
		m := b.Memory
		if b.Refused != "" {
			_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t-\t-\t-\t%s\t-\t-\t-\ttoo large\n", b.Name, b.Cells, b.Steps, megabytes(b.Need.Total()))
			continue
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%.1f\t%s\t%s\n", b.Name, b.Cells, b.Steps,
			megabytes(m.Weights), megabytes(m.Prototypes), megabytes(m.State), megabytes(b.Need.Total()), megabytes(m.Data), milliseconds(b.Step), roughly(b.Training()), roughly(b.Evaluation()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n%s\n%s", spent(arms, total), stored(total), refused(arms))
	return err
}

// refused says of the arms that are too large to run here what they need.
func refused(arms []budget.Arm) (text string) {
	for _, b := range arms {
		if b.Refused != "" {
			text += b.Name + ": its cells will fail here, and no other: each " + b.Refused + "\n"
		}
	}
	return text
}

// spent is the time of all cells.
func spent(arms []budget.Arm, total planTotal) string {
	all := roughly(seconds(total.TrainS + total.EvalS))
	if total.Steps == 0 {
		return fmt.Sprintf("nothing is trained: about %s of evaluation on one core", all)
	}
	return fmt.Sprintf("%s × %.1f ms: about %s on one core, %s of it training and %s evaluation", work(arms, total.Steps), 1000*total.TrainS/float64(total.Steps),
		all, roughly(seconds(total.TrainS)), roughly(seconds(total.EvalS)))
}

// stored says what the cells' weights take on disk.
func stored(total planTotal) string {
	if total.Kept == 0 {
		return "no cell keeps weights on disk"
	}
	return fmt.Sprintf("finished cells keep their weights: %s on disk; [store] weights = false leaves them out", megabytes(total.Kept))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func megabytes(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// work is cells × steps, or all steps where cells differ in theirs.
func work(arms []budget.Arm, all int) string {
	cells, each := 0, 0
	for _, b := range arms {
		if b.Steps > 0 {
			cells, each = cells+b.Cells, b.Steps
		}
	}
	if cells*each == all {
		return fmt.Sprintf("%s × %s", wording.Count(cells, "trained cell"), wording.Count(each, "step"))
	}
	return fmt.Sprintf("%s, %s", wording.Count(cells, "trained cell"), wording.Count(all, "step"))
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
