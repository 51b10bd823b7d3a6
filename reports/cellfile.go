package reports

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"

	"protobench/harness/store"
	"protobench/internal/durable"
	"protobench/reports/table"
)

// writeCells writes every metric of every ended run as it was measured, one row each, for other
// tools. Units are the metrics' own, not those of the tables, which show shares in percent. Ten
// thousand runs make a million rows, which no table in memory holds.
func (s *sweep) writeCells(path string) error {
	if _, done, _ := s.tally(); done == 0 {
		return removed(path)
	}
	return durable.Replace(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write([]string{"method", "form", "axes", "seed", "status", "learner", "metric", "unit", "value"}); err != nil {
			return err
		}
		for _, a := range s.arms {
			for _, r := range a.runs {
				if r.State != store.Done {
					continue
				}
				if err := r.writeMetrics(out); err != nil {
					return err
				}
			}
		}
		out.Flush()
		return out.Error()
	})
}

// writeMetrics writes the rows of a run, those of its observers last.
func (r run) writeMetrics(out *csv.Writer) error {
	err := r.writeLearner(out, r.cell().Learner, r.Result.Metrics)
	for _, name := range slices.Sorted(maps.Keys(r.Result.Observers)) {
		err = cmp.Or(err, r.writeLearner(out, "observer:"+name, r.Result.Observers[name]))
	}
	return err
}

func (r run) writeLearner(out *csv.Writer, learner string, m store.Metrics) error {
	c := r.cell()
	axes, seed := axesText(c, c.AxisKeys()), fmt.Sprint(c.Seed)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		row := []string{c.Method, c.Form, axes, seed, r.Result.Outcome.Status, learner, key, string(measureOf(key).Unit), table.Digits(m[key])}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}
