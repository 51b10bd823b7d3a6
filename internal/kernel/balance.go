package kernel

import "unsafe"

// AddWide adds x to sums in float64.
func AddWide(sums []float64, x []float32) {
	x = x[:len(sums)]
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1] = start(sums), start(x)
		addWideAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		sums[i] += float64(x[i])
	}
}

// WeightedSum returns Σ x·w in float64.
func WeightedSum(x []float32, w []float64) float64 {
	w = w[:len(x)]
	var s float64
	n := whole(len(x), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1], l.p[2] = start(x), start(w), unsafe.Pointer(&s)
		weightedAVX2(l.ptr())
	}
	return finish(s, n, len(x), func(i int) float64 { return float64(float64(x[i]) * w[i]) })
}

// Rescale sets x = x·w·f, rounded once, and adds the result to sums: a row of a matrix whose
// columns are scaled by w and whose rows by f, and the sums of the scaled columns.
func Rescale(x []float32, w []float64, f float64, sums []float64) {
	w, sums = w[:len(x)], sums[:len(x)]
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, f: [2]float64{f}}
		l.p[0], l.p[1], l.p[2] = start(x), start(w), start(sums)
		rescaleAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		x[i] = float32(float64(float64(x[i])*w[i]) * f)
		sums[i] += float64(x[i])
	}
}
