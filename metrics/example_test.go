package metrics_test

import (
	"fmt"

	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
)

// A metric is found by its key and measured on whatever is known; of these three prototypes the first
// two nearly coincide.
func ExampleFind() {
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: matrix.Of(3, 2, []float32{1, 0, 1, 0.01, 0, 1})}}
	spec, _ := metrics.Find(uniqueness.Key(0.025))
	r, _ := spec.Measure(in)
	fmt.Println(spec.Key, r.Value, spec.Unit)
	// Output: unique@0.025 2 count of K
}
