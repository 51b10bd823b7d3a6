package metrics

import "math"

// largest is the largest magnitude in x; NaN if x holds one.
func largest(x []float64) float64 {
	var m float64
	for _, v := range x {
		if v = math.Abs(v); v > m || v != v {
			m = v
		}
	}
	return m
}
