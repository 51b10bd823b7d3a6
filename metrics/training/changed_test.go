package training

import "testing"

func TestChanged(t *testing.T) {
	if share, ok := Changed([]int{0, 1, 2, 3}, []int{0, 1, 2, 0}); !ok || share != 0.25 {
		t.Errorf("%g, %v", share, ok)
	}
	for _, x := range [][2][]int{{nil, {1}}, {{1}, nil}, {nil, nil}} {
		if _, ok := Changed(x[0], x[1]); ok {
			t.Errorf("%v has a share", x)
		}
	}
}
