package sweep_test

import (
	"fmt"

	"protobench/harness/sweep"
)

// A sweep is methods × a matrix of settings × seeds, and the rows that they are read against.
func ExampleParse() {
	const text = `
name = "temperatures"
seeds = 2
references = ["pixels"]
[[method]]
name = "swav"
[[method]]
name = "swav+gmm"
gmm.memory = 2
[matrix]
"loss.temperature" = { values = [0.1, 0.2], where = { learner = "joint" } }
`
	s, err := sweep.Parse("temperatures.toml", text, sweep.Methods(nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range s.Cells {
		fmt.Println(c.Composition.Name, c.Axes, c.Seed, c.Settings.Get("gmm.memory"))
	}
	_, err = sweep.Parse("temperatures.toml", "name = 'x'\n[[method]]\nname = 'swav'\nloss.temprature = 0.2\n", sweep.Methods(nil))
	fmt.Println(err)
	// Output:
	// pixels map[] 0 1
	// swav map[loss.temperature:0.1] 0 1
	// swav map[loss.temperature:0.2] 0 1
	// swav+gmm map[loss.temperature:0.1] 0 2
	// swav map[loss.temperature:0.1] 1 1
	// swav map[loss.temperature:0.2] 1 1
	// swav+gmm map[loss.temperature:0.1] 1 2
	// temperatures.toml:4: loss.temprature: unknown key; did you mean loss.temperature?
}
