package sinkhorn_test

import (
	"fmt"

	"protobench/methods/sinkhorn"
)

// Four images of which all but the last prefer the first of two prototypes: balanced, each
// prototype gets two of them, and the nearest to call go over.
func ExampleSinkhorn() {
	scores := []float32{0.9, 0.1, 0.8, 0.2, 0.6, 0.4, 0.1, 0.9} // [4,2]
	codes := make([]float32, len(scores))
	sinkhorn.Sinkhorn(nil, codes, scores, 4, 2, 0.05, 10)
	for i := range 4 {
		fmt.Printf("%.2f %.2f\n", codes[2*i], codes[2*i+1])
	}
	// Output:
	// 1.00 0.00
	// 1.00 0.00
	// 0.17 0.83
	// 0.00 1.00
}
