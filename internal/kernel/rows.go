package kernel

import (
	"math"
	"unsafe"
)

// dot returns Σ x·y of exact products in float64.
func dot(x, y []float32) float64 {
	y = y[:len(x)]
	var s float64
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1], l.p[2] = start(x), start(y), unsafe.Pointer(&s)
		dotAVX2(l.ptr())
	}
	return finish(s, n, len(x), func(i int) float64 { return float64(x[i]) * float64(y[i]) })
}

// Dot returns Σ x·y, accumulated in float64.
func Dot(x, y []float32) float32 { return float32(dot(x, y)) }

// Dot64 is [Dot] without the last rounding.
func Dot64(x, y []float32) float64 { return dot(x, y) }

// Norm returns the Euclidean norm of x, accumulated in float64.
func Norm(x []float32) float64 { return math.Sqrt(dot(x, x)) }

// Sum returns Σ x, accumulated in float64.
func Sum(x []float32) float64 {
	var s float64
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1] = start(x), unsafe.Pointer(&s)
		sumAVX2(l.ptr())
	}
	return finish(s, n, len(x), func(i int) float64 { return float64(x[i]) })
}

// finiteRun is the number of entries that Finite looks at as one sum.
const finiteRun = 1 << 16

// Finite reports whether no number of x is NaN or infinite.
func Finite(x []float32) bool {
	for len(x) > 0 {
		n := min(len(x), finiteRun)
		if s := Sum(x[:n]); math.IsNaN(s) || math.IsInf(s, 0) { // a float64 sum of finite float32 numbers is finite
			return false
		}
		x = x[n:]
	}
	return true
}

// Moments returns the mean and the biased variance of x, in two passes in float64.
func Moments(x []float32) (mean, variance float64) {
	mean = Sum(x) / float64(len(x))
	var s float64
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16, f: [2]float64{mean}}
		l.p[0], l.p[1] = start(x), unsafe.Pointer(&s)
		squaresAVX2(l.ptr())
	}
	s = finish(s, n, len(x), func(i int) float64 {
		d := float64(x[i]) - mean
		return float64(d * d)
	})
	return mean, s / float64(len(x))
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
