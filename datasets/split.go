package datasets

import (
	"fmt"
	"strconv"

	"protobench/datasets/encoded"
)

// splitByRule parts the training images of a set in memory that has no test split.
func (s *Set) splitByRule(share float64) {
	test := encoded.PickTest(s.Train.Labels, strconv.Itoa, share)
	var at []int
	for i, is := range test {
		if is {
			at = append(at, i)
		}
	}
	s.Train, s.Test = s.Train.Pick(others(len(test), at)), s.Train.Pick(at)
	s.Found += fmt.Sprintf(", no test split: %d images by rule", s.Test.Len())
}
