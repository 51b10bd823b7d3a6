package metrics_test

import (
	"fmt"
	"math"

	"protobench/metrics"
	"protobench/metrics/matrix"
)

// Four prototypes in the plane, of which the first two nearly coincide.
func prototypes() matrix.Matrix {
	return matrix.Of(4, 2, []float32{1, 0, 1, 0.01, 0, 1, -1, 0})
}

func ExampleUnique() {
	cover := metrics.Unique(prototypes(), 0.025)
	fmt.Println(cover.Count(), "of 4 are unique; the second is covered by number", cover.Owner[1])
	// Output: 3 of 4 are unique; the second is covered by number 0
}

// Prototypes that share an offset are near each other by cosine, yet their scores differ by
// nothing that a softmax would see.
func ExampleUniqueCentred() {
	shifted := matrix.Of(3, 3, []float32{1, 0, 9, -1, 1, 9, 0, -1, 9})
	fmt.Println(metrics.Unique(shifted, 0.05).Count(), metrics.UniqueCentred(shifted, 0.05).Count())
	// Output: 1 3
}

// The third prototype is unique, and useless: no image is assigned to it.
func ExampleLiveUnique() {
	counts := []int{40, 30, 0, 30}
	cover := metrics.LiveUnique(prototypes(), counts, 100, 0.025)
	fmt.Println(cover.Count(), "of 4 are unique and in use", metrics.Live(counts, 100))
	// Output: 2 of 4 are unique and in use [true true false true]
}

// A dead prototype can cover two live ones that do not cover each other.
func ExampleLiveUnique_notNested() {
	sin, cos := math.Sincos(10 * math.Pi / 180)
	p := matrix.Of(3, 2, []float32{1, 0, float32(cos), float32(sin), float32(cos), -float32(sin)})
	counts := []int{0, 50, 50} // the first is dead
	fmt.Println(metrics.Unique(p, 0.025).Count(), metrics.LiveUnique(p, counts, 100, 0.025).Count())
	// Output: 1 2
}
