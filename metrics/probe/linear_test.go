package probe

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestLinearSeparatesAndRepeats(t *testing.T) {
	x, y := fixture.Blobs(3, 500, 5, 12, 0.9)
	tx, ty := x.Pick(slices.Repeat([]int{0, 3, 6, 9, 12, 101}, 3)), []int(nil)
	for _, i := range slices.Repeat([]int{0, 3, 6, 9, 12, 101}, 3) {
		ty = append(ty, y[i])
	}
	a := Linear(nil, x, y, tx, ty, LinearOptions{Classes: 5, Seed: 7})
	fixture.Equal(t, "bits with a team", a, Linear(fixture.Threads(t), x, y, tx, ty, LinearOptions{Classes: 5, Seed: 7}))
	if a.Undefined != "" || !(a.Accuracy >= 0.9) || len(a.HeldOut) != 9 {
		t.Errorf("accuracy %g, hold-out %v, %q", a.Accuracy, a.HeldOut, a.Undefined)
	}
	easyX, easyY := fixture.Blobs(5, 200, 3, 8, 0.1)
	easy := Linear(nil, easyX, easyY, easyX, easyY, LinearOptions{Classes: 3})
	fixture.Equal(t, "the strongest of equals", []float64{easy.L2, easy.HeldOut[8]}, []float64{1e2, 1})
	at := slices.Index(a.Grid, a.L2)
	if at != slices.Index(a.HeldOut, slices.Max(a.HeldOut)) {
		t.Errorf("L2 %g is not the strongest of the best in %v", a.L2, a.HeldOut)
	}
}

func TestLinearGridOrderDoesNotMatter(t *testing.T) {
	x, y := fixture.Blobs(3, 200, 4, 6, 1.5)
	a := Linear(nil, x, y, x, y, LinearOptions{Classes: 4, L2: []float64{1e-3, 1, 1e-1}})
	b := Linear(nil, x, y, x, y, LinearOptions{Classes: 4, L2: []float64{1, 1e-1, 1e-3}})
	fixture.Equal(t, "result", a, b)
	fixture.Equal(t, "grid", a.Grid, []float64{1, 1e-1, 1e-3})
}

func TestLinearWithAbsentClasses(t *testing.T) {
	x, y := fixture.Blobs(4, 60, 2, 5, 0.5)
	for i := range y {
		y[i] = 1 + 2*y[i] // classes 1 and 3 of 0..4
	}
	r := Linear(nil, x, y, x, y, LinearOptions{Classes: 5})
	fixture.Equal(t, "present", r.Model.Present, []int{1, 3})
	if !(r.Accuracy >= 0.9) || slices.Contains(r.Predictions, 0) {
		t.Errorf("accuracy %g, predictions %v", r.Accuracy, r.Predictions)
	}
	p := r.Model.Probabilities(nil, x)
	for i := range p.Rows {
		fixture.Near(t, "sum", float64(p.Row(i)[1]+p.Row(i)[3]), 1, 1e-6)
		fixture.Near(t, "absent", float64(p.Row(i)[0]+p.Row(i)[2]+p.Row(i)[4]), 0, 0)
	}
}

func TestLinearDegenerate(t *testing.T) {
	x := matrix.RandomUnit(1, 6, 3)
	one := Linear(nil, x, []int{2, 2, 2, 2, 2, 2}, x, []int{2, 2, 2, 0, 0, 0}, LinearOptions{Classes: 3})
	fixture.Near(t, "one class", one.Accuracy, 0.5, 0)
	for _, d := range []int{3, 800} {
		flat := Linear(nil, matrix.New(6, d), []int{0, 1, 1, 1, 1, 0}, matrix.New(3, d), []int{0, 1, 1}, LinearOptions{Classes: 2})
		fixture.Equal(t, "collapsed features give the majority", flat.Predictions, []int{1, 1, 1})
	}
	lone := Linear(nil, x.Pick([]int{0, 1}), []int{0, 1}, x, []int{0, 1, 0, 1, 0, 1}, LinearOptions{Classes: 2})
	single := Linear(nil, x.Pick([]int{0, 1}), []int{0, 1}, x, []int{0, 1, 0, 1, 0, 1}, LinearOptions{Classes: 2, L2: []float64{0.5}})
	fixture.Equal(t, "warnings of one strength", []any{single.L2, len(single.Warnings)}, []any{0.5, 0})
	if len(lone.Warnings) == 0 || !strings.Contains(lone.Warnings[0], "no class has two training rows") {
		t.Errorf("warnings %q", lone.Warnings)
	}
}

func TestHoldOutIsStratified(t *testing.T) {
	y := append(append(slices.Repeat([]int{0}, 8), 1, 1, 2), slices.Repeat([]int{3}, 50)...)
	fit, held := holdOut(y, 4, 1)
	fixture.Equal(t, "held per class", metric.Counts(pickInts(y, held), 4), []int{2, 1, 0, 10})
	all := slices.Sorted(slices.Values(append(slices.Clone(fit), held...)))
	for i, v := range all {
		if v != i {
			t.Fatalf("row %d is missing or double", i)
		}
	}
	_, again := holdOut(y, 4, 1)
	fixture.Equal(t, "same seed", held, again)
	_, other := holdOut(y, 4, 2)
	if slices.Equal(held, other) {
		t.Error("two seeds hold the same rows out")
	}
}

// The strength is chosen by rows that the fits have not seen. One column tells the classes with
// one label in four wrong; beside 200 columns of noise, weak penalties learn the wrong labels too.
func TestLinearChoosesByHeldOutRows(t *testing.T) {
	x, y := matrix.RandomUnit(8, 300, 201), make([]int, 300)
	for i := range y {
		y[i] = i % 2
		x.Row(i)[0] += 0.2 * float32(y[i]-1)
		if i/2%4 == 0 {
			y[i] = 1 - y[i]
		}
	}
	r := Linear(nil, x, y, x, y, LinearOptions{Classes: 2})
	weakest := len(r.HeldOut) - 1
	all := Linear(nil, x, y, x, y, LinearOptions{Classes: 2, L2: []float64{1e-6}})
	if all.Accuracy != 1 {
		t.Fatalf("a weak penalty learns %g of all labels: the test says nothing", all.Accuracy)
	}
	if !(r.HeldOut[weakest] <= 0.75 && r.L2 > 1e-2) {
		t.Errorf("L2 %g by accuracies of %.2f", r.L2, r.HeldOut)
	}
	for _, a := range r.HeldOut {
		rows := a * 60 // a fifth of the rows, in whole ones
		fixture.Near(t, "rows that are right", rows, math.Round(rows), 1e-9)
	}
}
