package uniqueness_test

import (
	"fmt"
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
	"protobench/metrics/usage"
)

// Four prototypes in the plane, of which the first two nearly coincide.
func prototypes() matrix.Matrix {
	return matrix.Of(4, 2, []float32{1, 0, 1, 0.01, 0, 1, -1, 0})
}

func ExampleOf() {
	cover := uniqueness.Of(prototypes(), 0.025)
	fmt.Println(cover.Count(), "of 4 are unique; the second is covered by number", cover.Owner[1])
	// Output: 3 of 4 are unique; the second is covered by number 0
}

// Prototypes that share an offset are near each other by cosine, yet their scores differ by
// nothing that a softmax would see.
func ExampleOfCentred() {
	shifted := matrix.Of(3, 3, []float32{1, 0, 9, -1, 1, 9, 0, -1, 9})
	fmt.Println(uniqueness.Of(shifted, 0.05).Count(), uniqueness.OfCentred(shifted, 0.05).Count())
	// Output: 1 3
}

// The third prototype is unique, and useless: no image is assigned to it.
func ExampleOfLive() {
	counts := []int{40, 30, 0, 30}
	cover := uniqueness.OfLive(prototypes(), counts, 100, 0.025)
	fmt.Println(cover.Count(), "of 4 are unique and in use", usage.Live(counts, 100))
	// Output: 2 of 4 are unique and in use [true true false true]
}

// A dead prototype can cover two live ones that do not cover each other.
func ExampleOfLive_notNested() {
	sin, cos := math.Sincos(10 * math.Pi / 180)
	p := matrix.Of(3, 2, []float32{1, 0, float32(cos), float32(sin), float32(cos), -float32(sin)})
	counts := []int{0, 50, 50} // the first is dead
	fmt.Println(uniqueness.Of(p, 0.025).Count(), uniqueness.OfLive(p, counts, 100, 0.025).Count())
	// Output: 1 2
}
