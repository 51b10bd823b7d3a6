package across_test

import (
	"fmt"

	"protobench/reports/across"
)

// Two committed runs of other lengths are two protocols: what differs is told, and no difference of
// numbers.
func ExampleCompare() {
	const reference = "../../results/reference/"
	c, err := across.Compare(reference+"joint-vs-decoupled", reference+"roster", nil, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range c.Differences {
		if d.Key == "train.epochs" {
			fmt.Println(d.Key, d.A, d.B)
		}
	}
	fmt.Println(len(c.Protocols) > 0, len(c.Deltas))
	// Output:
	// train.epochs 40 8
	// true 0
}
