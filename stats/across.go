package stats

import (
	"math"
	"slices"
)

// IQM is the interquartile mean (Agarwal et al. 2021): the mean without the lowest and the highest
// quarter of the values, a quarter rounded down to whole values, as rliable and scipy's trim_mean
// take it. It needs no normalising of outliers and wastes fewer values than a median. Values that
// are not finite are left out; NaN without values.
func IQM(values []float64) float64 {
	x := Finite(values)
	slices.Sort(x)
	cut := len(x) / 4
	return Mean(x[cut : len(x)-cut])
}

// Improvement is how often one of two lists of paired values is above the other: the share of pairs
// in which a is greater than b, ties counting half. Pairs in which one of the two is not finite are
// left out; NaN without pairs. Over settings at one seed it is a sample of the probability of
// improvement (Agarwal et al. 2021), and its mean over seeds estimates that with the seeds as
// replicates, which settings are not.
func Improvement(a, b []float64) float64 {
	var wins, n float64
	for i := range a {
		d := a[i] - b[i]
		if math.IsNaN(d) || math.IsInf(a[i], 0) || math.IsInf(b[i], 0) {
			continue
		}
		n++
		switch {
		case d > 0:
			wins++
		case d == 0:
			wins += 0.5
		}
	}
	return wins / n
}
