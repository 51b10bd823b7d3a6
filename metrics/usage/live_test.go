package usage

import (
	"testing"

	"protobench/metrics/internal/fixture"
)

func TestLiveThreshold(t *testing.T) {
	// 0.05·n/K = 5 with n = 400, K = 4.
	fixture.Equal(t, "share", Live([]int{4, 5, 391, 0}, 400), []bool{false, true, true, false})
	fixture.Equal(t, "no images", Live([]int{0, 0}, 0), []bool{false, false})
	fixture.Equal(t, "at least one", Live([]int{0, 1, 2, 3}, 6), []bool{false, true, true, true})
}

// The bound of the live is 5 % of the fair share, itself included, and at least one image.
func TestLiveBound(t *testing.T) {
	fixture.Equal(t, "5 of 400 over 4", Live([]int{5, 4, 391, 0}, 400), []bool{true, false, true, false})
	fixture.Equal(t, "1 of 8 over 4", Live([]int{1, 0, 7, 0}, 8), []bool{true, false, true, false})
	fixture.Equal(t, "of none", Live(nil, 8), []bool{})
}
