package mixture_test

import (
	"fmt"

	"protobench/methods/mixture"
)

// Two components that start between two spots of embeddings end on them, by online EM over batches.
func ExampleMixture() {
	m := mixture.New([]float32{0.8, 0.6, 0.6, 0.8}, 2, 2, "shared", 0.1, 1)
	m.VarMin = 0.01
	batch := []float32{1, 0, 1, 0, 0, 1, 0, 1} // [4,2]
	for range 50 {
		m.Update(batch, 1)
	}
	prototypes := make([]float32, 4)
	m.Means(prototypes)
	fmt.Printf("%.2f %.2f\n%.2f %.2f\n", prototypes[0], prototypes[1], prototypes[2], prototypes[3])
	// Output:
	// 1.00 0.00
	// 0.00 1.00
}
