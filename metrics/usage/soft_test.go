package usage

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestSoftUsageUndefined(t *testing.T) {
	for name, p := range map[string]matrix.Matrix{
		"empty": matrix.New(0, 3), "no prototypes": matrix.New(3, 0),
		"NaN": matrix.Of(1, 2, []float32{float32(math.NaN()), 1}), "negative": matrix.Of(1, 2, []float32{-1, 2}),
	} {
		if _, ok := SoftOf(p); ok {
			t.Errorf("%s: defined", name)
		}
	}
}

func TestSoftUsageOfCollapse(t *testing.T) {
	one := matrix.Of(2, 4, []float32{1, 0, 0, 0, 1, 0, 0, 0})
	u, _ := SoftOf(one)
	fixture.Equal(t, "one prototype", u, Soft{Mean: []float64{1, 0, 0, 0}, Perplexity: 1, Dead: 0.75})
	hard, _ := HardOf(metric.Counts(metric.Assign(one), 4), 2)
	fixture.Equal(t, "distinct", hard.Used, 1)
	u, _ = SoftOf(matrix.Of(1, 4, []float32{0.25, 0.25, 0.25, 0.25}))
	if !(math.Abs(u.SampleEntropy-math.Log(4)) <= 1e-12) || u.MutualInformation != 0 || u.Dead != 0 {
		t.Errorf("uniform assignment: %+v", u)
	}
}
