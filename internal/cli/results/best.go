package results

import (
	"encoding/json"
	"fmt"
	"strconv"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/metrics/metric"
	"protobench/reports/across"
)

// Best is the verb best.
type Best struct {
	Metric  string   `arg:"" help:"Key of a metric, e.g. live_unique@0.025."`
	Dirs    []string `arg:"" optional:"" name:"dir" help:"Folders of runs, or folders above them (results)."`
	Top     int      `placeholder:"N" default:"10" help:"Cells to show, 0 for all."`
	Highest bool     `help:"The highest value is the best, whatever the metric says." xor:"direction"`
	Lowest  bool     `help:"The lowest value is the best." xor:"direction"`
	JSON    bool     `name:"json" help:"One JSON object instead of the table."`
}

// Validate refuses a number that makes no sense.
func (c Best) Validate() error {
	if c.Top < 0 {
		return fmt.Errorf("--top %d: expected 0 or more", c.Top)
	}
	return nil
}

// Run ranks the finished cells of all runs by their last epoch.
func (c Best) Run(w *console.Console) error {
	defer heap.Late()()
	dirs, better := c.Dirs, metric.Direction("")
	if len(dirs) == 0 {
		dirs = []string{"results"}
	}
	switch {
	case c.Highest:
		better = metric.Higher
	case c.Lowest:
		better = metric.Lower
	}
	r, err := across.Best(c.Metric, dirs, better)
	if err != nil {
		return err
	}
	w.Warn(r.Unreadable...)
	if c.Top > 0 {
		r.Cells = r.Cells[:min(c.Top, len(r.Cells))]
	}
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(r)
	}
	return c.show(w, r)
}

func (c Best) show(w *console.Console, r *across.Ranking) error {
	_, _ = fmt.Fprintf(w.Out, "%s, %s is better; finished cells of %s, each at its last epoch\n\n", withUnit(r.Metric), r.Better, wording.Count(r.Runs, "run"))
	rows := make([][]string, len(r.Cells))
	for i, one := range r.Cells {
		rows[i] = []string{strconv.Itoa(i + 1), metrics.UnitOf(r.Metric).Text(one.Value), one.Arm, strconv.FormatUint(one.Seed, 10), strconv.Itoa(one.Epoch), one.Cell}
	}
	if err := console.Table(w.Out, []string{"", withUnit(r.Metric), "arm", "seed", "epoch", "cell"}, rows); err != nil {
		return err
	}
	for _, left := range []struct {
		n    int
		text string
	}{{r.Without, "without a value, or collapsed where it would mislead"}, {r.Undone, "not finished"}} {
		if left.n > 0 {
			_, _ = fmt.Fprintf(w.Out, "left out: %s %s\n", wording.Count(left.n, "cell"), left.text)
		}
	}
	w.Warn(r.Protocols...)
	_, err := fmt.Fprintln(w.Out, "single cells are ranked here, and the best of many is lucky too: for means with intervals see `protobench report`, for two of them `protobench compare`")
	return err
}
