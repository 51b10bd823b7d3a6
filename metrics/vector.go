package metrics

import "math"

// inner is the inner product of a and b, summed in four interleaved lanes.
func inner(a, b []float64) float64 {
	var s [4]float64
	b = b[:len(a)]
	n := len(a) / 4 * 4
	for i := 0; i < n; i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s[0] += float64(x[0] * y[0])
		s[1] += float64(x[1] * y[1])
		s[2] += float64(x[2] * y[2])
		s[3] += float64(x[3] * y[3])
	}
	for i := n; i < len(a); i++ {
		s[0] += float64(a[i] * b[i])
	}
	return (s[0] + s[2]) + (s[1] + s[3])
}

// axpy adds a·x to y.
func axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float64(a * v)
	}
}

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
