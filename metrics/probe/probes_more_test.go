package probe

import (
	"fmt"
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

// Every cell of a grid is the k-NN of its protocol, whatever else is in the grid and whatever the
// threads.
func TestKNNGridIsKNNInEveryCell(t *testing.T) {
	train, y := fixture.Blobs(3, 400, 7, 5, 0.9)
	test, testY := fixture.Blobs(4, 130, 7, 5, 0.9)
	o := KNNGridOptions{K: []int{50, 3, 20}, Tau: []float64{1, 0.07}, Classes: 7}
	g := KNNGrid(nil, train, y, test, testY, o)
	fixture.Equal(t, "by a team", KNNGrid(fixture.Threads(t), train, y, test, testY, o), g)
	fixture.Equal(t, "cells", len(g.Cells), 6)
	for i, c := range g.Cells {
		fixture.Equal(t, "order", []float64{float64(c.K), c.Tau}, []float64{float64([]int{3, 20, 50}[i%3]), o.Tau[i/3]})
		r := KNN(nil, train, y, test, testY, KNNOptions{K: c.K, Tau: c.Tau, Classes: 7, Scores: true})
		fixture.Equal(t, "cell", []any{c.Top1, c.PerClass, c.Predictions}, []any{r.Accuracy, r.PerClass, r.Predictions})
		right := 0
		for i := range test.Rows {
			votes, before := r.Scores.Row(i), 0
			for k, v := range votes {
				if v > votes[testY[i]] || v == votes[testY[i]] && k < testY[i] {
					before++
				}
			}
			in := before < 5 && votes[testY[i]] > 0
			fixture.Equal(t, "among the first five", c.InTop5[i], in)
			if in {
				right++
			}
		}
		fixture.Near(t, "top 5", c.Top5, float64(right)/130, 0)
		if !(c.Top5 > c.Top1) {
			t.Errorf("k %d: top 5 %g, top 1 %g", c.K, c.Top5, c.Top1)
		}
	}
	if _, ok := g.Cell(4, 1); ok {
		t.Error("a cell that nobody asked for")
	}
}

// A class without votes is in no first five, however few classes there are.
func TestTop5CountsClassesWithVotesAlone(t *testing.T) {
	train := matrix.Of(3, 2, []float32{1, 0, 0, 1, -1, 0})
	test := matrix.Of(2, 2, []float32{1, 0, 1, 0})
	g := KNNGrid(nil, train, []int{0, 1, 2}, test, []int{0, 2}, KNNGridOptions{K: []int{1}, Tau: []float64{1}, Classes: 3})
	fixture.Equal(t, "among the first five", g.Cells[0].InTop5, []bool{true, false})
	six := []float64{1, 1, 1, 1, 1, 1}
	fixture.Equal(t, "the lower of equals first", []bool{amongTop(six, 4, 5), amongTop(six, 5, 5)}, []bool{true, false})
}

func TestLinearSGDLearnsAndRepeats(t *testing.T) {
	x, y := fixture.Blobs(3, 600, 5, 12, 0.9)
	tx, ty := fixture.Blobs(3, 200, 5, 12, 0.9)
	o := SGDOptions{Classes: 5, Seed: 7, Epochs: 30, Batch: 50}
	a := LinearSGD(nil, x, y, tx, ty, o)
	fixture.Equal(t, "bits with a team", LinearSGD(fixture.Threads(t), x, y, tx, ty, o), a)
	best := Linear(nil, x, y, tx, ty, LinearOptions{Classes: 5, Seed: 7})
	if a.Undefined != "" || !(a.Accuracy >= best.Accuracy-0.05) || len(a.HeldOut) != 13 || len(a.Grid) != 13 {
		t.Errorf("accuracy %g against %g, hold-out %v, %q", a.Accuracy, best.Accuracy, a.HeldOut, a.Undefined)
	}
	fixture.Equal(t, "rate", a.Rate, a.Grid[firstLargest(a.HeldOut)])
	if !(a.HeldOut[0] < a.HeldOut[12]) {
		t.Errorf("the smallest rate learns as much as the largest: %v", a.HeldOut)
	}
	one := o
	one.Rates = []float64{a.Rate}
	r := LinearSGD(nil, x, y, tx, ty, one)
	fixture.Equal(t, "the chosen rate alone", r.Predictions, a.Predictions)
	other := o
	other.Seed = 8
	if d := LinearSGD(nil, x, y, tx, ty, other); d.Undefined != "" || fmt.Sprint(d.HeldOut) == fmt.Sprint(a.HeldOut) {
		t.Error("the seed draws nothing")
	}
	o.Stop = after(3)
	fixture.Equal(t, "stopped", LinearSGD(nil, x, y, tx, ty, o).Undefined, stoppedEarly)
}

// One step from zero weights is the gradient of the mean cross-entropy, worked out by hand; momentum
// carries it on.
func TestSGDStepsByHand(t *testing.T) {
	o := SGDOptions{Classes: 2, Batch: 2}.withDefaults()
	h := newHeads(nil, 1, o, []float64{0.5, 1})
	clear(h.weights)
	h.x, h.y, h.logits = []float32{1, -3}, []int{0, 1}, make([]float32, 2*4)
	h.step(1)
	g := []float32{-0.5*(0.5*1) - 0.5*(0.5*3), 0.5*(0.5*1) + 0.5*(0.5*3)} // of the two classes' weights
	fixture.Equal(t, "weights", h.weights, []float32{-0.5 * g[0], -0.5 * g[1], -g[0], -g[1]})
	fixture.Equal(t, "biases", h.bias, []float32{0, 0, 0, 0})
	before := append([]float32(nil), h.weights...)
	clear(h.x)
	h.step(1)
	for i, w := range h.weights {
		rate := []float32{0.5, 1}[i/2]
		fixture.Near(t, "momentum", float64(w-before[i]), float64(-rate*0.9*g[i%2]), 1e-6)
	}
}

func TestFewShotNeedsFewLabels(t *testing.T) {
	x, y := fixture.Blobs(3, 600, 5, 12, 0.9)
	tx, ty := fixture.Blobs(3, 200, 5, 12, 0.9)
	last := 0.0
	for _, shots := range []int{1, 5, 100} {
		o := FewShotOptions{Classes: 5, Shots: shots, Seed: 3}
		r := FewShot(nil, x, y, tx, ty, o)
		fixture.Equal(t, "bits with a team", FewShot(fixture.Threads(t), x, y, tx, ty, o), r)
		if r.Undefined != "" || len(r.Draws) != 5 || len(r.Predictions) != 5 || len(r.Warnings) != 0 || !(r.Accuracy > last) {
			t.Errorf("%d shots: %g after %g, draws %v, %q %q", shots, r.Accuracy, last, r.Draws, r.Undefined, r.Warnings)
		}
		mean, spread := meanAndSpread(r.Draws)
		fixture.Equal(t, "mean and spread", []float64{r.Accuracy, r.Spread}, []float64{mean, spread})
		last = r.Accuracy
	}
	if !(last > 0.8) {
		t.Errorf("%g with 100 labels of each class", last)
	}
	r := FewShot(nil, x, y, tx, ty, FewShotOptions{Classes: 6, Shots: 121, Draws: 1})
	fixture.Equal(t, "warnings", r.Warnings, []string{"few-shot probe: class 0 has 120 training rows, fewer than 121"})
	fixture.Equal(t, "stopped", FewShot(nil, x, y, tx, ty, FewShotOptions{Classes: 5, Stop: after(2)}).Undefined, stoppedEarly)
}

func TestShotsAreOfEveryClass(t *testing.T) {
	byClass := [][]int{{0, 3, 6}, {1}, {}, {2, 4, 5, 7}}
	o := FewShotOptions{Shots: 2}
	seen := map[string]bool{}
	for draw := range 20 {
		rows := shots(byClass, o, draw)
		seen[fmt.Sprint(rows)] = true
		count := map[int]int{}
		for _, r := range rows {
			for c, all := range byClass {
				for _, a := range all {
					if a == r {
						count[c]++
					}
				}
			}
		}
		fixture.Equal(t, "rows of each class", count, map[int]int{0: 2, 1: 1, 3: 2})
	}
	if len(seen) < 5 {
		t.Errorf("%d different draws", len(seen))
	}
	m, s := meanAndSpread([]float64{1, 2, 6})
	fixture.Near(t, "mean", m, 3, 1e-12)
	fixture.Near(t, "spread", s, math.Sqrt(7), 1e-12)
}
