package kernel

import "math"

// dot returns Σ x·y of exact products in float64.
func dot(x, y []float32) float64 {
	y = y[:len(x)]
	var s laneSums
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1], l.p[2] = start(x), start(y), s.ptr()
		dotAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		s[i%16] += float64(x[i]) * float64(y[i])
	}
	return s.total()
}

// Dot returns Σ x·y, accumulated in float64.
func Dot(x, y []float32) float32 { return float32(dot(x, y)) }

// Dot64 is [Dot] without the last rounding.
func Dot64(x, y []float32) float64 { return dot(x, y) }

// Norm returns the Euclidean norm of x, accumulated in float64.
func Norm(x []float32) float64 { return math.Sqrt(dot(x, x)) }

// Sum returns Σ x, accumulated in float64.
func Sum(x []float32) float64 {
	var s laneSums
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1] = start(x), s.ptr()
		sumAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		s[i%16] += float64(x[i])
	}
	return s.total()
}

// Moments returns the mean and the biased variance of x, in two passes in float64.
func Moments(x []float32) (mean, variance float64) {
	mean = Sum(x) / float64(len(x))
	var s laneSums
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16, f: [2]float64{mean}}
		l.p[0], l.p[1] = start(x), s.ptr()
		squaresAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		d := float64(x[i]) - mean
		s[i%16] += float64(d * d)
	}
	return mean, s.total() / float64(len(x))
}

// NormEps is the smallest norm that a row is divided by, as in the official implementations.
const NormEps = 1e-12

// NormalizeRows sets each row of y [rows,cols] to the row of x over its Euclidean norm (at least
// [NormEps]; a zero row stays zero). norms, if not nil, takes the divisors. y may be x.
func NormalizeRows(y, x []float32, rows, cols int, norms []float32) {
	for r := range rows {
		src, dst := x[r*cols:][:cols], y[r*cols:][:cols]
		n := max(Norm(src), NormEps)
		Scale(dst, src, float32(1/n))
		if norms != nil {
			norms[r] = float32(n)
		}
	}
}
