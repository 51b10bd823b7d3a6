package uniqueness

import (
	"sort"

	"protobench/metrics/matrix"
	"protobench/metrics/usage"
)

// Ranked is one prototype in the plot of images per prototype.
type Ranked struct {
	Prototype int
	Images    int  // images assigned to it
	Group     int  // representative of its group of near-duplicates; -1 where the cover leaves it out
	Duplicate bool // live, and another live prototype shares its group
	Dead      bool // not live (Live)
}

// RankUsage sorts prototypes by images, most first, lower index first among equals,
// from counts [K] over n images and a cover of the live prototypes ([OfLive]). A live
// prototype whose only near copies are dead is no duplicate. Collapse shows as a steep
// head, a long dead tail, or groups of duplicates.
func RankUsage(counts []int, n int, cover Cover) []Ranked {
	matrix.MustMatch("owners", len(cover.Owner), len(counts))
	live := usage.Live(counts, n)
	size := make([]int, len(counts))
	for k, o := range cover.Owner {
		if o >= 0 && live[k] {
			size[o]++
		}
	}
	out := make([]Ranked, len(counts))
	for k, c := range counts {
		o := cover.Owner[k]
		out[k] = Ranked{Prototype: k, Images: c, Group: o, Duplicate: live[k] && o >= 0 && size[o] > 1, Dead: !live[k]}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].Images > out[b].Images })
	return out
}
