package matrix

import "math"

// Finite is false for NaN and the infinities.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Argmax is the position of the largest number of a row, the lowest of equals. NaN never
// wins; a row without any number gives -1.
func Argmax(row []float32) int {
	best := -1
	for j, s := range row {
		if math.IsNaN(float64(s)) {
			continue
		}
		if best < 0 || s > row[best] {
			best = j
		}
	}
	return best
}

// Dot is the inner product of a and b [n], in float64, summed from the first product to the last.
// kernel.Dot64 is faster and sums in 16 lanes, so it would change the last digits of every metric.
func Dot(a, b []float32) float64 {
	var s float64
	for i, x := range a {
		s += float64(float64(x) * float64(b[i]))
	}
	return s
}
