package clustering

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Images in the order of their classes are seen of every class, by what looks at some of them.
func TestSomeImagesAreOfEveryClass(t *testing.T) {
	in := &metric.Input{}
	in.Train = matrix.New(3*metric.PairRows, 1)
	for i := range in.Train.Rows {
		in.Train.Row(i)[0] = float32(i)
		in.TrainY = append(in.TrainY, i/metric.PairRows)
	}
	x, y := labelledPairRows(in)
	fixture.Equal(t, "classes", metric.Counts(y, 3), []int{1366, 1365, 1365})
	for i := range y {
		if got := int(x.Row(i)[0]) / metric.PairRows; got != y[i] {
			t.Fatalf("row %d is of class %d, not %d", i, got, y[i])
		}
	}
	fixture.Equal(t, "rows", matrix.Of(5, 1, []float32{0, 1, 2, 3, 4}).Spread(2).Data, []float32{0, 2})
	if all := in.Train.Spread(in.Train.Rows); &all.Data[0] != &in.Train.Data[0] {
		t.Error("all rows are copied")
	}
}

func TestUnlabelledImagesAreNoCluster(t *testing.T) {
	in := &metric.Input{}
	in.Train = matrix.Of(5, 1, []float32{0, 1, 2, 3, 4})
	in.TrainY = []int{1, -1, 0, -1, 1}
	x, y := labelledPairRows(in)
	fixture.Equal(t, "classes", y, []int{1, 0, 1})
	fixture.Equal(t, "rows", x.Data, []float32{0, 2, 4})
}

func TestSilhouetteUndefined(t *testing.T) {
	x := matrix.RandomUnit(1, 4, 3)
	for name, y := range map[string][]int{"one cluster": {2, 2, 2, 2}, "singletons": {0, 1, 2, 3}} {
		if _, _, ok := Silhouette(x, y, false); ok {
			t.Errorf("%s: defined", name)
		}
	}
	apart := matrix.Of(4, 1, []float32{0, 1, 10, 13})
	samples, _, _ := Silhouette(apart, []int{0, 0, 1, 1}, false)
	for i, want := range []float64{10.5 / 11.5, 9.5 / 10.5, 6.5 / 9.5, 9.5 / 12.5} {
		fixture.Near(t, "pairs", samples[i], want, 1e-12)
	}
	same := matrix.Of(4, 1, []float32{1, 1, 1, 1})
	if _, mean, ok := Silhouette(same, []int{0, 0, 1, 1}, false); !ok || mean != 0 {
		t.Errorf("equal points: %g, %v", mean, ok)
	}
}
