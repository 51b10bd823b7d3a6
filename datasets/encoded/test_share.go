package encoded

import (
	"crypto/sha256"
	"slices"
)

// testShare is the share of images that becomes the test split where no setting says otherwise.
const testShare = 0.2

// PickTest picks the test images of a set whose files have no test split: of each class, the
// share whose names hash lowest, rounded, at least one where a class has two images. More images of
// a class, or of others, hardly change which ones they are. Unlabelled images stay in training.
func PickTest(labels []int, name func(i int) string, share float64) []bool {
	if share <= 0 {
		share = testShare
	}
	type ranked struct {
		hash string
		at   int
	}
	classes := map[int][]ranked{}
	for i, c := range labels {
		if c >= 0 {
			sum := sha256.Sum256([]byte(name(i)))
			classes[c] = append(classes[c], ranked{string(sum[:]), i})
		}
	}
	test := make([]bool, len(labels))
	for _, images := range classes {
		slices.SortFunc(images, func(a, b ranked) int {
			if a.hash != b.hash {
				if a.hash < b.hash {
					return -1
				}
				return 1
			}
			return a.at - b.at
		})
		n := int(float64(share*float64(len(images))) + 0.5)
		if n == 0 && len(images) > 1 {
			n = 1
		}
		for _, r := range images[:n] {
			test[r.at] = true
		}
	}
	return test
}
