package cell

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"

	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/kernel"
)

// NewResult is a result without metrics of a job that did not begin; the program's version is filled
// in by whoever writes it.
func NewResult(j *Job, status, reason string) store.Result {
	return newResult(j, Progress{}, status, reason)
}

// newResult is a result without metrics of a job that came so far.
func newResult(j *Job, at Progress, status, reason string) store.Result {
	return store.Result{
		Cell: j.Identity(), Outcome: store.Outcome{Status: status, Reason: reason, Epoch: at.step / newCadence(&j.Cell).perEpoch}, Metrics: store.Metrics{},
		Timing:    store.Timing{TrainS: at.tally.train, EvalS: at.tally.eval, StepMSMedian: median(at.tally.stepMS)},
		ResumedAt: listed(at.resumedAt),
		Provenance: store.Provenance{
			Numerics: sweep.Numerics, Go: runtime.Version(), CPU: CPUName(), ISA: string(kernel.InUse()), Precision: precision(&j.Cell), DataSHA256: j.Cell.Images.Fingerprint,
			Warnings: storedWarnings(j.Cell.Warnings),
		},
	}
}

// precision is that of a cell's products in training where it is not float32.
func precision(c *sweep.Cell) string {
	if t := c.Train(); t.BF16() && c.Reference != "pixels" {
		return t.Precision
	}
	return ""
}

// success is the result of a job that came to its end.
func success(j *Job, at Progress, o *outcome) store.Result {
	status := store.OK
	if o.collapsed != "" {
		status = store.Collapsed
	}
	r := newResult(j, at, status, o.collapsed)
	r.Metrics, r.Observers = o.metrics, o.observers
	if len(o.undefined) > 0 {
		r.Undefined = maps.Clone(o.undefined)
	}
	for _, w := range o.warnings {
		r.Provenance.Warnings = append(r.Provenance.Warnings, store.Warning{Metric: w.Metric, Text: w.Text})
	}
	if status == store.OK {
		r.Provenance.Warnings = append(r.Provenance.Warnings, at.tally.watched.warnings(newCadence(&j.Cell))...)
	}
	if share := j.Cell.Settings.Float("data.validation"); share > 0 {
		r.Provenance.Warnings = append(r.Provenance.Warnings, store.Warning{
			Key:  "data.validation",
			Text: fmt.Sprintf("data.validation = %g: measured on training images held out for choosing settings, not on the test set; no numbers to report", share),
		})
	}
	return r
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
