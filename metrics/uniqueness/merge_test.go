package uniqueness

import (
	"slices"
	"testing"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// TestMerges: pairs that came within a distance are counted at that distance, those that were there
// before or have no direction are not.
func TestMerges(t *testing.T) {
	// The second goes to the first, the third and fourth were together all the time, the fifth is
	// nothing before, the sixth comes within 0.25 of the first.
	before := matrix.Of(6, 2, []float32{1, 0, 0, 1, -1, 0, -1, 0, 0, 0, 0, -1})
	now := matrix.Of(6, 2, []float32{1, 0, 1, 0.01, -1, 0, -1, 0.01, 1, 0, 0.8, -0.6})
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: now}}
	for e, got := range Merges(in, before) {
		want := [][2]int{{1, 0}}
		if Epsilons()[e] >= 0.25 {
			want = append(want, [2]int{5, 0})
		}
		if !slices.Equal(got, want) {
			t.Errorf("at %g: %v, want %v", Epsilons()[e], got, want)
		}
	}
	for e, got := range Merges(in, now) {
		if got != nil {
			t.Errorf("nothing moved, and at %g there are %v", Epsilons()[e], got)
		}
	}
}
