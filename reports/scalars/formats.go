package scalars

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"protobench/internal/tfevents"
	"protobench/metrics"
	"protobench/reports/table"
)

// WriteCSV writes a line for every value, with the columns kind, step, epoch, learner, metric, unit
// and value; what is undefined is empty.
func WriteCSV(w io.Writer, points []Point) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"kind", "step", "epoch", "learner", "metric", "unit", "value"}) // Flush keeps the error
	for _, p := range points {
		epoch := ""
		if p.Epoch != nil {
			epoch = table.Digits(*p.Epoch)
		}
		for _, key := range p.keys() {
			unit := ""
			if s, known := metrics.Find(key); known && p.Kind != Probed {
				unit = string(s.Unit)
			}
			_ = out.Write([]string{p.Kind, strconv.Itoa(p.Step), epoch, p.Learner, key, unit, table.Digits(p.Values[key])})
		}
	}
	out.Flush()
	return out.Error()
}

// WriteJSONL writes one JSON object for every point; what is undefined is null.
func WriteJSONL(w io.Writer, points []Point) error {
	lines := json.NewEncoder(w)
	for _, p := range points {
		if err := lines.Encode(p); err != nil {
			return err
		}
	}
	return nil
}

// WriteTensorBoard writes an event file. Tags are KIND/METRIC, for observers KIND.LEARNER/METRIC.
// The time of a step is what the cell trained until then, counted from 0, at the given seconds a
// step: equal cells give equal files. What is undefined is left out.
func WriteTensorBoard(w io.Writer, points []Point, secondsPerStep float64) error {
	out, err := tfevents.NewWriter(w)
	if err != nil {
		return err
	}
	points = slices.Clone(points)
	slices.SortStableFunc(points, func(a, b Point) int { return a.Step - b.Step })
	for _, p := range points {
		group := p.Kind
		if p.Learner != "" {
			group += "." + p.Learner
		}
		var scalars []tfevents.Scalar
		for _, key := range p.keys() {
			if v := p.Values[key]; defined(v) {
				scalars = append(scalars, tfevents.Scalar{Tag: group + "/" + key, Value: float32(v)})
			}
		}
		if err := out.Write(int64(p.Step), float64(float64(p.Step)*secondsPerStep), scalars); err != nil {
			return err
		}
	}
	return nil
}
