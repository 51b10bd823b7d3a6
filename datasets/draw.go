package datasets

import (
	"cmp"
	"slices"

	"protobench/internal/stream"
)

// strata are the images of a split by what they are drawn over: at 0 those without a class, at c+1
// those of class c.
type strata []int

// strata counts the images of each.
func (im *Images) strata() strata {
	s := strata{0}
	for _, c := range im.Labels {
		for len(s) < c+2 {
			s = append(s, 0)
		}
		s[c+1]++
	}
	return s
}

// Draw returns the indices of n images in their order, the same share of every class and of those
// without one, see [shares]. Which images of a class they are is drawn by the seed and the purpose;
// neither depends on the order in which classes stand. All images where there are no more than n.
func (im *Images) Draw(n int, seed uint64, purpose string) []int {
	return im.drawn(shares(im.strata(), n), seed, purpose)
}

// drawn returns the indices of as many images of each stratum as take says, in their order.
func (im *Images) drawn(take strata, seed uint64, purpose string) []int {
	sizes, n := im.strata(), 0
	chosen := make([][]bool, len(sizes)) // of a stratum's images, in their order; nil: all or none
	for s, k := range take {
		n += k
		if k == 0 || k == sizes[s] {
			continue
		}
		chosen[s] = drawnOf(sizes[s], k, seed, purpose, s)
	}
	out, seen := make([]int, 0, n), make(strata, len(sizes))
	for i, c := range im.Labels {
		s := c + 1
		if chosen[s] == nil && take[s] > 0 || chosen[s] != nil && chosen[s][seen[s]] {
			out = append(out, i)
		}
		seen[s]++
	}
	return out
}

// drawnOf says which k of the images of one stratum are drawn, in their order.
func drawnOf(size, k int, seed uint64, purpose string, stratum int) []bool {
	out := make([]bool, size)
	for _, i := range stream.New(seed, purpose, uint64(stratum)).Perm(size)[:k] {
		out[i] = true
	}
	return out
}

// shares parts n draws over groups of the given sizes: each gets the same share of its size, rounded
// by largest remainder (equal remainders: the first groups). A group whose share is less than one
// gets one, as long as there are as many draws as groups, and the others share what is left. n is
// cut to what there is.
func shares(sizes []int, n int) []int {
	out := make([]int, len(sizes))
	open, total := make([]int, 0, len(sizes)), 0 // groups to share among, and their images
	for g, size := range sizes {
		if total += size; size > 0 {
			open = append(open, g)
		}
	}
	n = min(n, total)
	if n >= len(open) {
		open, n, total = atLeastOne(out, sizes, open, n, total)
	}
	left := n
	for _, g := range open {
		out[g] = sizes[g] * n / total
		left -= out[g]
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(sizes[b]*n%total, sizes[a]*n%total) })
	for _, g := range open[:left] {
		out[g]++
	}
	return out
}

// atLeastOne gives one to each group whose share would be less, and returns the other groups, what
// is left for them, and how many images they have.
func atLeastOne(out, sizes, open []int, n, total int) (rest []int, left, images int) {
	for {
		rest, left, images = nil, n, total
		for _, g := range open {
			if sizes[g]*n >= total {
				rest = append(rest, g)
				continue
			}
			out[g] = 1
			left--
			images -= sizes[g]
		}
		if len(rest) == len(open) {
			return rest, left, images
		}
		open, n, total = rest, left, images
	}
}

// Purposes of draws.
const (
	drawLimit      = "data-limit"
	drawTestLimit  = "data-test-limit"
	drawValidation = "data-validation"
	drawPerClass   = "data-per-class"
	drawTail       = "data-tail"
)

// limited draws n images (0: all): of those with a class, the same share of every class, and only
// where they are fewer than n, others beside them.
func (im *Images) limited(n int, seed uint64, purpose string) Images {
	if n == 0 || n >= im.Len() {
		return *im
	}
	sizes := im.strata()
	without := sizes[0]
	sizes[0] = 0
	take := shares(sizes, n)
	take[0] = min(without, max(0, n-im.labelled()))
	return im.Pick(im.drawn(take, seed, purpose))
}

// holdOut parts floor(share·n) of the n images that have a class from a training split, as a split to
// choose settings on: the same share of every class. The only image of a class stays in training.
func (im *Images) holdOut(share float64, seed uint64) (train, validation Images) {
	sizes := im.strata()
	n := int(float64(share*float64(im.labelled())) + 1e-9) // 0.29 of 100 images is 29, whatever 0.29 is in binary
	sizes[0] = 0
	for s := range sizes {
		if sizes[s] == 1 {
			sizes[s] = 0
		}
	}
	held := im.drawn(shares(sizes, n), seed, drawValidation)
	return im.Pick(others(im.Len(), held)), im.Pick(held)
}

// others are the indices below n that a sorted list does not have.
func others(n int, list []int) []int {
	out := make([]int, 0, n-len(list))
	for i := range n {
		if len(list) > 0 && list[0] == i {
			list = list[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}

// perClass draws n images of each class, and keeps those without one.
func (im *Images) perClass(n int, seed uint64) Images {
	if n == 0 {
		return *im
	}
	take := im.strata()
	for s := range take[1:] {
		take[s+1] = min(take[s+1], n)
	}
	return im.Pick(im.drawn(take, seed, drawPerClass))
}
