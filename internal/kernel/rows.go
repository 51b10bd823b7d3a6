package kernel

import "math"

// Dot returns Σ x·y, summed in eight interleaved lanes.
func Dot(x, y []float32) float32 {
	var s [8]float32
	n := len(x) / 8 * 8
	y = y[:len(x)]
	for i := 0; i < n; i += 8 {
		for l := range s {
			s[l] += float32(x[i+l] * y[i+l])
		}
	}
	for i := n; i < len(x); i++ {
		s[i-n] += float32(x[i] * y[i])
	}
	return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

// Norm returns the Euclidean norm of x, accumulated in float64.
func Norm(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}

// NormEps is the smallest norm that a row is divided by, as in the official implementations.
const NormEps = 1e-12

// NormalizeRows sets each row of y [rows,cols] to the row of x over its Euclidean norm (at least
// [NormEps]; a zero row stays zero). norms, if not nil, takes the divisors. y may be x.
func NormalizeRows(y, x []float32, rows, cols int, norms []float32) {
	for r := range rows {
		src, dst := x[r*cols:][:cols], y[r*cols:][:cols]
		n := max(Norm(src), NormEps)
		f := float32(1 / n)
		for i, v := range src {
			dst[i] = v * f
		}
		if norms != nil {
			norms[r] = float32(n)
		}
	}
}

// Axpy adds a·x to y.
func Axpy(a float32, x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float32(a * v)
	}
}
