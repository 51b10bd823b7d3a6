package uniqueness

import (
	"testing"

	"protobench/metrics/internal/fixture"
)

func TestRankUsage(t *testing.T) {
	cover := Cover{Representatives: []int{0, 1, 3}, Owner: []int{0, 1, 0, 3, -1}}
	fixture.Equal(t, "ranks", RankUsage([]int{2, 50, 44, 0, 2}, 98, cover), []Ranked{
		{Prototype: 1, Images: 50, Group: 1},
		{Prototype: 2, Images: 44, Group: 0, Duplicate: true},
		{Prototype: 0, Images: 2, Group: 0, Duplicate: true},
		{Prototype: 4, Images: 2, Group: -1},
		{Prototype: 3, Images: 0, Group: 3, Dead: true},
	})
}

// A dead near copy makes no live prototype a duplicate, and is none itself.
func TestRankUsageOfDeadTwins(t *testing.T) {
	cover := Cover{Representatives: []int{0, 2}, Owner: []int{0, 0, 2, 2}}
	for _, r := range RankUsage([]int{50, 0, 30, 20}, 100, cover) {
		if want := r.Prototype >= 2; r.Duplicate != want {
			t.Errorf("prototype %d: duplicate %v, want %v", r.Prototype, r.Duplicate, want)
		}
	}
}
