package harness

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/kernel"
)

// result is a result without metrics.
func (w *work) result(status, reason string) store.Result {
	epoch := 0
	if w.cadence.perEpoch > 0 {
		epoch = w.step / w.cadence.perEpoch
	}
	resumed := w.resumedAt
	if resumed == nil {
		resumed = []int{}
	}
	return store.Result{
		Cell: w.job.Identity(), Outcome: store.Outcome{Status: status, Reason: reason, Epoch: epoch}, Metrics: store.Metrics{},
		Timing:    store.Timing{TrainS: w.tally.train, EvalS: w.tally.eval, StepMSMedian: median(w.tally.stepMS)},
		ResumedAt: resumed, Provenance: provenance(w.job),
	}
}

// success is the result of a cell that came to its end.
func (w *work) success(o *outcome) store.Result {
	status := store.OK
	if o.collapsed != "" {
		status = store.Collapsed
	}
	r := w.result(status, o.collapsed)
	r.Metrics, r.Observers = o.metrics, o.observers
	if len(o.undefined) > 0 {
		r.Undefined = maps.Clone(o.undefined)
	}
	r.Provenance.Warnings = append(r.Provenance.Warnings, o.warnings...)
	if share := w.job.Cell.Settings.Data.Validation; share > 0 {
		r.Provenance.Warnings = append(r.Provenance.Warnings, fmt.Sprintf("data.validation = %g: measured on training images held out for choosing settings, not on the test set; no numbers to report", share))
	}
	return r
}

// provenance says what made a result; the version is filled in by the executor.
func provenance(j *Job) store.Provenance {
	return store.Provenance{
		Numerics: Numerics, Go: runtime.Version(), CPU: CPUName(), ISA: string(kernel.InUse()), DataSHA256: j.Fingerprint,
		Warnings: append([]string{}, j.Warnings...),
	}
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// steps is the number of training steps a job takes in all.
func (j *Job) steps(set *datasets.Set) int {
	if j.Cell.Reference == "pixels" || j.Cell.Reference == "untrained" {
		return 0
	}
	if j.Cell.Reference == "supervised" {
		set = set.Labelled()
	}
	return set.Train.Len() / j.Cell.Settings.Train.Batch * j.Cell.Settings.Train.Epochs
}
