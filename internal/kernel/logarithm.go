package kernel

import "math"

// TimesLog sets dst to x·ln x of numbers x ≥ 0 in float64, 0 (of either sign) at 0: the terms of an
// entropy. On amd64 they are those of math.Log, bit by bit.
func TimesLog(dst []float64, x []float32) {
	dst = dst[:len(x)]
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1] = start(x), start(dst)
		timesLogAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		dst[i] = 0
		if v := float64(x[i]); v > 0 {
			dst[i] = v * math.Log(v)
		}
	}
}
