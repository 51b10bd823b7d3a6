package encoded

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTestSplitByRule(t *testing.T) {
	labels := make([]int, 103)
	for i := range labels {
		labels[i] = i % 2
	}
	labels[100], labels[101], labels[102] = 7, -1, 8 // one image of its class, none, one
	labels = append(labels, 8)
	name := func(i int) string { return fmt.Sprint("image ", i) }
	test := PickTest(labels, name, 0.2)
	counts := map[int]int{}
	for i, is := range test {
		if is {
			counts[labels[i]]++
		}
	}
	if diff := cmp.Diff(map[int]int{0: 10, 1: 10, 8: 1}, counts); diff != "" {
		t.Error(diff)
	}
	grown := PickTest(append(slices.Clone(labels), 0, 0, 0, 0, 0), name, 0.2)
	same := 0
	for i := range test {
		if test[i] == grown[i] {
			same++
		}
	}
	if same < len(test)-2 {
		t.Errorf("five images more change %d", len(test)-same)
	}
}
