package reports

import (
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
		rows := [][]string{{"method", "form", "axes", "seed", "status", "learner", "metric", "unit", "value"}}
		for _, a := range s.arms {
			for _, r := range a.runs {
				if r.State == store.Done {
					rows = r.addMetrics(rows)
				}
				if err := out.WriteAll(rows); err != nil {
					return err
				}
				rows = rows[:0]
			}
		}
		return nil
	})
}

// addMetrics adds the rows of a run, those of its observers last.
func (r run) addMetrics(rows [][]string) [][]string {
	rows = r.addLearner(rows, r.cell().Learner, r.Result.Metrics)
	for _, name := range slices.Sorted(maps.Keys(r.Result.Observers)) {
		rows = r.addLearner(rows, "observer:"+name, r.Result.Observers[name])
	}
	return rows
}

func (r run) addLearner(rows [][]string, learner string, m store.Metrics) [][]string {
	c := r.cell()
	axes, seed := axesText(c, c.AxisKeys()), fmt.Sprint(c.Seed)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		rows = append(rows, []string{c.Method, c.Form, axes, seed, r.Result.Outcome.Status, learner, key, string(measureOf(key).Unit), table.Digits(m[key])})
	}
	return rows
}
