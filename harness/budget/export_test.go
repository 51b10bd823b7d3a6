package budget

import (
	"context"
	"time"

	"protobench/datasets"
	"protobench/harness/cell"
)

// EstimateBy is [Estimate] by a clock, whatever memory there is.
func EstimateBy(ctx context.Context, now func() time.Time, jobs []cell.Job, e cell.Engine, data *datasets.Library) ([]Arm, error) {
	x := newEstimator(e, data)
	x.now = now
	return x.all(ctx, jobs)
}
