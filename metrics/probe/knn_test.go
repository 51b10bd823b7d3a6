package probe

import (
	"math"
	"strings"
	"testing"

	"protobench/internal/kernel"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/neighbours"
)

func TestKNNTies(t *testing.T) {
	train := matrix.Of(4, 2, []float32{0, 1, 1, 0, 5, 0, 2, 0})
	test := matrix.Of(2, 2, []float32{3, 0, 0, 2})
	got := neighbours.Of(nil, train.Normalised(), test.Normalised(), 2, nil)
	fixture.Equal(t, "lower index first", []int{got[0][0].Index, got[0][1].Index}, []int{1, 2})
	r := KNN(nil, train, []int{0, 2, 1, 1}, test, []int{1, 0}, KNNOptions{K: 2, Classes: 4})
	fixture.Equal(t, "lower class first", r.Predictions, []int{1, 0})
	fixture.Equal(t, "tally", r.PerClass, Tally{Right: []int{1, 1, 0, 0}, Total: []int{1, 1, 0, 0}})
}

// Lengths count for nothing: not in who is near, and not in the votes.
func TestKNNIgnoresLengths(t *testing.T) {
	train, y := fixture.Blobs(3, 40, 3, 5, 0.6)
	test, testY := fixture.Blobs(4, 30, 3, 5, 0.6)
	o := KNNOptions{K: 7, Tau: 0.2, Classes: 3, Scores: true}
	want := KNN(nil, train.Normalised(), y, test.Normalised(), testY, o)
	for i := range train.Rows {
		kernel.Scale(train.Row(i), train.Row(i), float32(1+i%5*3))
	}
	for i := range test.Rows {
		kernel.Scale(test.Row(i), test.Row(i), 1/float32(1+i%4*2))
	}
	got := KNN(nil, train, y, test, testY, o)
	fixture.Equal(t, "predictions", got.Predictions, want.Predictions)
	for i, v := range got.Scores.Data {
		fixture.Near(t, "votes", float64(v), float64(want.Scores.Data[i]), 1e-4)
	}
}

func TestKNNAdaptsK(t *testing.T) {
	x := matrix.RandomUnit(1, 6, 3)
	r := KNN(nil, x, []int{0, 0, 0, 1, 1, 1}, x, []int{0, 0, 0, 1, 1, 1}, KNNOptions{Classes: 2})
	if r.Undefined != "" || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "only 6") {
		t.Errorf("warnings %q, undefined %q", r.Warnings, r.Undefined)
	}
	all := KNN(nil, x, []int{0, 0, 0, 1, 1, 1}, x, []int{0, 0, 0, 1, 1, 1}, KNNOptions{K: 6, Classes: 2})
	fixture.Equal(t, "warnings where all rows are asked for", len(all.Warnings), 0)
}

func TestProbesSayWhyUndefined(t *testing.T) {
	x, y := matrix.RandomUnit(1, 3, 2), []int{0, 1, 0}
	bad := matrix.RandomUnit(1, 3, 2)
	bad.Row(2)[1] = float32(math.NaN())
	for _, c := range []struct {
		train  matrix.Matrix
		trainY []int
		test   matrix.Matrix
		testY  []int
		want   string
	}{
		{matrix.New(0, 2), nil, x, y, "found 0 and 3"},
		{x, y, matrix.RandomUnit(1, 3, 4), y, "found 2 in train and 4 in test"},
		{x, []int{0, 1, 2}, x, y, "training label 2 of row 2 is outside 0…1"},
		{x, y, x, []int{0, -1, 0}, "test label -1 of row 1"},
		{bad, y, x, y, "training features of row 2 hold NaN"},
		{x, y, bad, y, "test features of row 2 hold NaN"},
	} {
		k := KNN(nil, c.train, c.trainY, c.test, c.testY, KNNOptions{Classes: 2})
		l := Linear(nil, c.train, c.trainY, c.test, c.testY, LinearOptions{Classes: 2})
		if !strings.Contains(k.Undefined, c.want) || k.Undefined != l.Undefined {
			t.Errorf("k-NN %q, linear %q, want %q", k.Undefined, l.Undefined, c.want)
		}
	}
}
