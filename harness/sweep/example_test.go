package sweep_test

import (
	"fmt"

	"protobench/harness/sweep"
	"protobench/metrics"
)

// A sweep of two arms and an axis, without its data: the cells in the order in which they run, and
// what a misspelt key is told.
func ExampleParse() {
	text := `
name       = "two"
references = false
[[method]]
name = "swav"
[[method]]
name = "swav+gmm"
[matrix]
"loss.temperature" = [0.1, 0.2]
`
	s, err := sweep.Parse("two.toml", text, sweep.Methods(metrics.Keys()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range s.Cells {
		fmt.Println(c.Composition.Name, c.Axes["loss.temperature"])
	}
	_, err = sweep.Parse("two.toml", text+"\n[loss]\ntemprature = 0.1\n", sweep.Methods(metrics.Keys()))
	fmt.Println(err)
	// Output:
	// swav 0.1
	// swav 0.2
	// swav+gmm 0.1
	// swav+gmm 0.2
	// two.toml:12: loss.temprature: unknown key; did you mean loss.temperature?
}
