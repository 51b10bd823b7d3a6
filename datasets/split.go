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
	s.Test = s.Train.pick(at)
	s.Train.drop(test)
	s.Found += fmt.Sprintf(", no test split: %d images by rule", s.Test.Len())
}

// drop removes images, in the memory they are in.
func (im *Images) drop(gone []bool) {
	size, n := im.Height*im.Width*im.Channels, 0
	for i, is := range gone {
		if is {
			continue
		}
		copy(im.Pixels[n*size:][:size], im.Pixels[i*size:])
		im.Labels[n] = im.Labels[i]
		if im.Fine != nil {
			im.Fine[n] = im.Fine[i]
		}
		n++
	}
	*im = im.part(0, n)
}
