package metrics

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestCatalogueOfAssignments(t *testing.T) {
	in := twins()
	for key, want := range map[string]float64{
		"usage_entropy": 1.5 * math.Ln2, "ami": 4.0 / 7, "ari": 4.0 / 7, "purity": 1,
	} {
		fixture.Near(t, key, valueOf(t, key, in).Value, want, 1e-6)
	}
	in.Predictions = matrix.Of(2, 4, []float32{1, 0, 0, 0, 0, 1, 0, 0})
	fixture.Near(t, "prediction_information", valueOf(t, "prediction_information", in).Value, math.Ln2, 1e-9)
	in = twins()
	in.Predictions = matrix.Of(2, 4, []float32{0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25})
	fixture.Near(t, "of uniform predictions", valueOf(t, "prediction_information", in).Value, 0, 1e-9)
}
