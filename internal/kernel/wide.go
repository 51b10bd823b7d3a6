package kernel

import "unsafe"

// AxpyWide adds a·x to y in float64.
func AxpyWide(a float64, x, y []float64) {
	y = y[:len(x)]
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, f: [2]float64{a}}
		l.p[0], l.p[1] = start(x), start(y)
		axpyWideAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		y[i] += float64(a * x[i])
	}
}

// DotWide returns Σ x·y in float64: number i of the whole fours goes to lane i mod 4, the rest to
// the first.
func DotWide(x, y []float64) float64 {
	y = y[:len(x)]
	var s [4]float64
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1], l.p[2] = start(x), start(y), unsafe.Pointer(&s)
		dotWideAVX2(l.ptr())
	}
	for ; n < len(x)/4*4; n += 4 {
		for j := range s {
			s[j] += float64(x[n+j] * y[n+j])
		}
	}
	for i := n; i < len(x); i++ {
		s[0] += float64(x[i] * y[i])
	}
	return (s[0] + s[2]) + (s[1] + s[3])
}
