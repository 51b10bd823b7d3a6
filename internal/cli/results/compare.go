package results

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/reports/across"
)

// Compare is the verb compare.
type Compare struct {
	A      string   `arg:"" help:"Folder of a run, or of a cell."`
	B      string   `arg:"" help:"Folder of another one; differences are B − A."`
	Metric []string `placeholder:"KEY" help:"Metrics to compare, a comma between them (the endpoints that the sweeps declare)."`
	Force  bool     `help:"Compare all the same where data, epochs or metrics are others."`
	JSON   bool     `name:"json" help:"One JSON object instead of tables."`
}

// Run shows what differs in the configuration, then what came of it.
func (c Compare) Run(w *console.Console) error {
	defer heap.Late()()
	found, err := across.Compare(c.A, c.B, c.Metric, c.Force)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(w.Out).Encode(found)
	} else {
		err = showDifferences(w.Out, found)
	}
	if err != nil {
		return err
	}
	if len(found.Protocols) > 0 {
		text := strings.Join(found.Protocols, "\n  ")
		if !c.Force {
			return fmt.Errorf("the protocols differ, so that differences between the numbers say nothing of the methods:\n  %s\nmake them equal, or add --force", text)
		}
		w.Warn("the protocols differ: " + strings.Join(found.Protocols, "; "))
	}
	if c.JSON {
		return nil
	}
	return showDeltas(w.Out, found)
}

// showDifferences is the first part: what is compared, and its configuration.
func showDifferences(w io.Writer, c *across.Comparison) error {
	_, _ = fmt.Fprintf(w, "A  %s\nB  %s\n", c.A, c.B) // the table's own writing reports what is wrong
	for _, only := range []struct {
		where string
		arms  []string
	}{{"A", c.OnlyA}, {"B", c.OnlyB}} {
		if len(only.arms) > 0 {
			_, _ = fmt.Fprintf(w, "in %s alone: %s\n", only.where, strings.Join(only.arms, ", "))
		}
	}
	if len(c.Differences) == 0 {
		_, err := fmt.Fprint(w, "\nthe configuration is the same\n")
		return err
	}
	rows := make([][]string, len(c.Differences))
	for i, d := range c.Differences {
		arms := "all"
		if len(d.Arms) > 0 {
			arms = strings.Join(d.Arms, ", ")
		}
		rows[i] = []string{d.Key, cmp.Or(d.A, "none"), cmp.Or(d.B, "none"), arms}
	}
	_, _ = fmt.Fprintln(w)
	return console.Table(w, []string{"what differs", "A", "B", "arms"}, rows)
}

// showDeltas is the second part. One pair of runs has neither intervals nor tests.
func showDeltas(w io.Writer, c *across.Comparison) error {
	head, tested := []string{"arm", "metric", "A", "B", "B − A", "pairs", "95 % interval", "p", "p (Holm)"}, 0
	for _, d := range c.Deltas {
		if d.Tested {
			tested++
		}
	}
	columns, text := 5, "one pair of runs shows no more than these numbers: nothing is tested"
	if tested > 0 {
		columns = len(head)
		text = fmt.Sprintf("means over the pairs of equal seed; t-intervals from three pairs up, exact two-sided sign-flip tests, Holm over %s", wording.Count(tested, "test"))
	}
	var rows [][]string
	for _, d := range c.Deltas {
		rows = append(rows, deltaCells(d)[:columns])
	}
	_, _ = fmt.Fprintln(w) // the table's own writing reports what is wrong
	if err := console.Table(w, head[:columns], rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", text)
	return err
}

// deltaCells are a row of the table.
func deltaCells(d across.Delta) []string {
	unit := metrics.UnitOf(d.Metric)
	value := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return unit.Text(*x)
	}
	change, interval := value(d.Mean), "-"
	if d.Mean != nil && *d.Mean > 0 {
		change = "+" + change
	}
	if d.Low != nil {
		interval = "[" + value(d.Low) + ", " + value(d.High) + "]"
	}
	return []string{d.Arm, withUnit(d.Metric), value(d.A), value(d.B), change, strconv.Itoa(d.N), interval, wording.Number(d.P), wording.Number(d.Holm)}
}

// withUnit is a metric's key with the unit that people read it in.
func withUnit(key string) string {
	if metrics.UnitOf(key).Percent() {
		return key + " %"
	}
	return key
}
