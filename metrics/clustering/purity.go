package clustering

import (
	"slices"

	"protobench/internal/stream"
	"protobench/metrics/metric"
)

// purityDraws is the number of random assignments that chance's purity is the mean of. Their
// purities differ by some hundredths of what one and the same has, so the mean is known to
// thousandths.
const purityDraws = 64

// AdjustedPurity is the purity of clusters against classes (two labels per sample), corrected for
// what chance gives with clusters of the same sizes, as the adjusted Rand index is: 0 for random
// clusters, however many are in use, 1 for clusters of one class each. Purity itself rises with the
// number of used clusters and is 1 once each has one sample; the correction is undefined (false)
// there, and without samples. The expectation is the mean over 64 orders of the classes drawn from
// the stream "purity" of the seed.
func AdjustedPurity(classes, clusters []int, seed uint64) (float64, bool) {
	if len(classes) == 0 {
		return 0, false
	}
	purity, expected := tabulate(classes, clusters).purity(), 0.0
	y, ny := compact(classes)
	shuffled, rng := slices.Clone(y), stream.New(seed, "purity")
	a, na := compact(clusters)
	sizes := metric.Counts(a, na)
	for range purityDraws {
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		expected += float64(float64(inMajority(shuffled, sizes, ny)) / float64(len(y)) / purityDraws)
	}
	if !(expected < 1) {
		return 0, false
	}
	return (purity - expected) / (1 - expected), true
}

// inMajority is the number of samples in the majority class of their cluster, when clusters of these
// sizes take the classes y one after the other.
func inMajority(y, sizes []int, classes int) (right int) {
	counts := make([]int, classes)
	for _, n := range sizes {
		top := 0
		for _, c := range y[:n] {
			counts[c]++
			top = max(top, counts[c])
		}
		for _, c := range y[:n] {
			counts[c] = 0
		}
		right, y = right+top, y[n:]
	}
	return right
}

func adjustedPuritySpec() metric.Spec {
	return metric.Spec{
		Key: "purity_adjusted", Tables: []metric.Table{metric.GeometryTable},
		Doc:     "purity corrected for what chance gives with as many images of each prototype, so that it does not grow with the number of used ones",
		Formula: "(P − E P) / (1 − E P), P = Σ_k max_c n_kc / n, E over orders of the classes", Source: "after Hubert and Arabie 1985",
		Collapse: "0 when one prototype takes all images, and when assignments are random",
		Column:   "**purity-adjusted**: share of images in the majority class of their prototype, corrected for the number of prototypes in use: 0 for random assignments.",
		Value: func(in *metric.Input) metric.Result {
			classes, assigned := withClass(in)
			v, ok := AdjustedPurity(classes, assigned, in.Seed)
			return metric.Defined(v, ok, "no image is assigned, or each to a prototype of its own")
		},
	}
}
