package tfevents_test

import (
	"bytes"
	"fmt"

	"protobench/internal/tfevents"
)

// A file whose name has "tfevents" in it, in a folder of its own, is a run of TensorBoard's.
func ExampleWriter() {
	var file bytes.Buffer
	w, err := tfevents.NewWriter(&file)
	if err == nil {
		err = w.Write(10, 2.5, []tfevents.Scalar{{Tag: "training/loss", Value: 4.5}})
	}
	fmt.Println(err, file.Len())
	// Output: <nil> 91
}
