package partition

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
)

// Every step has blocks of its own, the same for whoever has the seed; nothing is in two of them, and
// what is left over is in none.
func TestRandomBlocks(t *testing.T) {
	a, b, other := New(3, 11, 4), New(3, 11, 4), New(4, 11, 4)
	if a.Blocks() != 2 {
		t.Fatalf("%d blocks", a.Blocks())
	}
	var steps [][]int
	for step := range 3 {
		a.Shuffle(step)
		b.Shuffle(step)
		other.Shuffle(step)
		if !slices.Equal(a.Order, b.Order) || slices.Equal(a.Order, other.Order) {
			t.Errorf("step %d: %v and %v of one seed, %v of another", step, a.Order, b.Order, other.Order)
		}
		steps = append(steps, slices.Clone(a.Order))
		sorted := slices.Compact(slices.Sorted(slices.Values(a.Order)))
		if len(a.Order) != 8 || len(sorted) != 8 || sorted[0] < 0 || sorted[7] > 10 {
			t.Errorf("step %d: members %v", step, a.Order)
		}
	}
	if slices.Equal(steps[0], steps[1]) || slices.Equal(steps[1], steps[2]) {
		t.Errorf("two steps share blocks: %v", steps)
	}
}

// Probabilities are softmaxes of scaled scores inside each block and 0 outside, with the logarithm of
// each block's sum.
func TestProbabilitiesInsideBlocks(t *testing.T) {
	const n, k, size, scale = 35, 7, 3, 2
	p := New(1, k, size)
	p.Split([]int{6, 0, 3, 5, 1, 2, 4}) // 4 sits out
	scores := fixture.Uniform(n*k, "scores")
	got, lse := make([]float32, n*k), make([]float64, n*2)
	p.Probabilities(nil, got, scores, scale, lse)
	want := make([]float32, n*k)
	for i := range n {
		for b, members := range [][]int{{6, 0, 3}, {5, 1, 2}} {
			var sum float64
			for _, m := range members {
				sum += math.Exp(scale * float64(scores[i*k+m]))
			}
			for _, m := range members {
				want[i*k+m] = float32(math.Exp(scale*float64(scores[i*k+m])) / sum)
			}
			if !(math.Abs(lse[i*2+b]-math.Log(sum)) <= 1e-5) {
				t.Errorf("row %d, block %d: log-sum %g, want %g", i, b, lse[i*2+b], math.Log(sum))
			}
		}
	}
	if !fixture.Near(got, want) {
		t.Errorf("probabilities %v, want %v", got[:k], want[:k])
	}
	again := slices.Repeat([]float32{9}, n*k)
	if p.Probabilities(nil, again, scores, scale, nil); !slices.Equal(again, got) {
		t.Error("they depend on what was there, or on whether sums are asked for")
	}
}
