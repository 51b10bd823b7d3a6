package datasets

import (
	"math"

	"protobench/internal/stream"
)

// longTail thins a split to the profile that the options name, over the classes that have images.
// Which images of a class stay is drawn, one at least; their order is kept. Images without a class
// are part of no tail.
func longTail(im *Images, o Options) Images {
	take := im.strata()
	var present []int // strata of classes that have images
	for s, n := range take {
		if s > 0 && n > 0 {
			present = append(present, s)
		}
	}
	if o.Imbalance == 1 || len(present) < 2 {
		return *im
	}
	for i, rank := range ranks(len(present), o.TailSeed) {
		n, share := &take[present[i]], tailShare(o.Tail, rank, len(present), o.Imbalance)
		*n = min(*n, max(1, int(math.Round(float64(float64(*n)*share)))))
	}
	return im.Pick(im.drawn(take, uint64(o.DrawSeed), drawTail))
}

// ranks are the classes' places from the most frequent to the rarest: their labels, or an order
// drawn by a seed.
func ranks(classes, seed int) []int {
	if seed > 0 {
		return stream.New(uint64(seed), "long-tail").Perm(classes)
	}
	out := make([]int, classes)
	for c := range out {
		out[c] = c
	}
	return out
}

// tailShare is the share of its images that the class of a rank keeps: 1 for rank 0, 1/imbalance
// for the last. exponential is imbalance^(-rank/(C-1)) (Cui et al. 2019, "Class-balanced loss",
// 6.1); pareto falls as a power of the rank, (rank+1)^(-ln(imbalance)/ln(C)); step is 1/imbalance
// for the rarer half (Buda et al. 2018).
func tailShare(profile string, rank, classes int, imbalance float64) float64 {
	switch {
	case profile == "pareto":
		return math.Pow(float64(rank+1), -math.Log(imbalance)/math.Log(float64(classes)))
	case profile == "step" && rank < (classes+1)/2:
		return 1
	case profile == "step":
		return 1 / imbalance
	}
	return math.Pow(imbalance, -float64(rank)/float64(classes-1))
}
