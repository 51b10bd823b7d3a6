package geometry

import "slices"

// Summary describes a list of numbers.
type Summary struct {
	Mean, Median, P05, P95, Min, Max float64
}

// Summarise describes values, whose order does not matter. Undefined (false) for an
// empty list.
func Summarise(values []float64) (Summary, bool) {
	if len(values) == 0 {
		return Summary{}, false
	}
	v := slices.Sorted(slices.Values(values))
	var sum float64
	for _, x := range v {
		sum += x
	}
	return Summary{
		Mean: sum / float64(len(v)), Median: quantile(v, 0.5),
		P05: quantile(v, 0.05), P95: quantile(v, 0.95), Min: v[0], Max: v[len(v)-1],
	}, true
}

// quantile interpolates linearly between order statistics (Hyndman and Fan 1996,
// type 7) of a sorted, non-empty list.
func quantile(sorted []float64, q float64) float64 {
	at := float64(q * float64(len(sorted)-1))
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}
