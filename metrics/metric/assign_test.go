package metric_test

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestAssign(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	s := matrix.Of(4, 3, []float32{1, 3, 3, nan, 2, 1, nan, nan, nan, inf, inf, nan})
	got := metric.Assign(s)
	fixture.Equal(t, "assigned", got, []int{1, 1, -1, 0})
	fixture.Equal(t, "counts", metric.Counts(got, 3), []int{1, 2, 0})
}
