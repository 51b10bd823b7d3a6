package geometry

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestUniformity(t *testing.T) {
	value := fixture.MustOK[float64](t, "uniformity")
	fixture.Near(t, "isotropic", value(Uniformity(nil, matrix.RandomUnit(2, 600, 256), 2)), -4, 0.05)
	fixture.Near(t, "collapse", value(Uniformity(nil, fixture.Crowd(2, 30, 1, 8, 0), 2)), 0, 1e-5)
	fixture.Near(t, "opposite", value(Uniformity(nil, matrix.Of(2, 1, []float32{1, -3}), 2)), -8, 1e-9)
	if _, ok := Uniformity(nil, matrix.RandomUnit(2, 1, 8), 2); ok {
		t.Error("one row has a uniformity")
	}
	if _, ok := Alignment(matrix.New(2, 2), matrix.RandomUnit(1, 2, 2), 2); ok {
		t.Error("zero rows have an alignment")
	}
}

func TestAlignmentIgnoresLengths(t *testing.T) {
	a, b := matrix.Of(2, 2, []float32{2, 0, 0, 5}), matrix.Of(2, 2, []float32{0, 3, 0, 0.5})
	fixture.Near(t, "one pair at right angles, one alike", fixture.MustOK[float64](t, "alignment")(Alignment(a, b, 2)), 1, 1e-12)
}

func TestPairsAreFirstTwoViews(t *testing.T) {
	x := matrix.New(8, 1)
	for i := range x.Rows {
		x.Data[i] = float32(i)
	}
	a, b := firstTwo(metric.Views{PerImage: 3, Embeddings: x})
	fixture.Equal(t, "views", [][]float32{a.Data, b.Data}, [][]float32{{0, 3, 6}, {1, 4, 7}})
	a, b = firstTwo(metric.Views{PerImage: 3, Embeddings: matrix.Of(7, 1, x.Data[:7])})
	fixture.Equal(t, "without a last one", [][]float32{a.Data, b.Data}, [][]float32{{0, 3}, {1, 4}})
}
