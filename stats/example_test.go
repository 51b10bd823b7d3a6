package stats_test

import (
	"fmt"

	"protobench/stats"
)

// Three seeds on which the new arm is better: 2 of the 8 sign patterns are as extreme, so no
// three seeds can show more than p = 0.25.
func ExampleSignFlip() {
	baseline := []float64{10, 12, 11}
	arm := []float64{14, 17, 13}
	var d []float64
	for i := range arm {
		d = append(d, arm[i]-baseline[i])
	}
	fmt.Println(stats.SignFlip(d), stats.SmallestP(len(d)))
	// Output: 0.25 0.25
}

// Three tests: the smallest p counts three times, the next one twice, and no adjusted p is
// below one that stands before it.
func ExampleHolm() {
	fmt.Printf("%.2f\n", stats.Holm([]float64{0.01, 0.04, 0.03}))
	// Output: [0.03 0.06 0.06]
}
