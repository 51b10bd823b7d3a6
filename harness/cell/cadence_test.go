package cell

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/sweep"
)

func TestCadenceIsDenseFirst(t *testing.T) {
	c := cadence{perEpoch: 10, epochs: 7, evaluate: sweep.Evaluate{Dense: 4, DenseEpochs: 2, Every: 3}}
	var got []int
	for step := range c.total() + 1 {
		if c.due(step) {
			got = append(got, step)
		}
	}
	if diff := cmp.Diff([]int{0, 3, 5, 8, 10, 13, 15, 18, 20, 30, 60, 70}, got); diff != "" {
		t.Error(diff)
	}
}

// TestCadenceByStepsFirst: every few steps of the first epochs and at their ends, then as ever.
func TestCadenceByStepsFirst(t *testing.T) {
	c := cadence{perEpoch: 10, epochs: 4, evaluate: sweep.Evaluate{Dense: 4, DenseEpochs: 2, EarlyEvery: 4, Every: 2}}
	var got []int
	for step := range c.total() + 1 {
		if c.due(step) {
			got = append(got, step)
		}
	}
	if diff := cmp.Diff([]int{0, 4, 8, 10, 12, 16, 20, 40}, got); diff != "" {
		t.Error(diff)
	}
}
