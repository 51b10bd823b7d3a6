package kernel

import (
	"math"
	"unsafe"
)

// Exp returns e^x in float32: argument reduction by ln 2 in two parts and the Cephes polynomial of
// degree 6, in a fixed order of operations. x is clamped to [-87.34, 88.72]; the largest error is
// about 2 ulp.
func Exp(x float32) float32 {
	const (
		log2e = 1.44269504088896341
		ln2Hi = 0.693359375
		ln2Lo = -2.12194440e-4
	)
	if x != x {
		return x
	}
	x = min(max(x, -87.33654), 88.72283)
	n := float32(math.Floor(float64(float32(x*log2e) + 0.5)))
	r := x - float32(n*ln2Hi)
	r -= float32(n * ln2Lo)
	p := float32(1.9875691500e-4)
	p = float32(p*r) + 1.3981999507e-3
	p = float32(p*r) + 8.3334519073e-3
	p = float32(p*r) + 4.1665795894e-2
	p = float32(p*r) + 1.6666665459e-1
	p = float32(p*r) + 5.0000001201e-1
	p = float32(float32(p*r)*r) + r + 1
	// n is within [-126, 128]: two factors keep the exponent field in range.
	h := int32(n) >> 1
	return float32(p*pow2(h)) * pow2(int32(n)-h)
}

func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// ExpShifted sets dst = e^((x - shift)·scale) and returns the sum. dst may be x.
func ExpShifted(dst, x []float32, shift, scale float32) float64 {
	x = x[:len(dst)]
	n, s := whole(len(x), by16), 0.0
	if n > 0 {
		s = expStore(dst, x, n, shift, scale)
	}
	if rest := x[n:]; isa != Generic && len(rest) > 2 { // one more block takes less time than so many calls of Exp
		var e [16]float32
		copy(e[:], rest)
		expStore(e[:], e[:], 16, shift, scale)
		copy(dst[n:], e[:])
	} else {
		for i, v := range rest {
			dst[n+i] = Exp(float32((v - shift) * scale))
		}
	}
	return finish(s, n, len(x), func(i int) float64 { return float64(dst[i]) })
}

// expStore runs the assembly on n numbers.
func expStore(dst, x []float32, n int, shift, scale float32) (sum float64) {
	l := lanes{blocks: n >> by16, c: [8]float32{shift, scale}}
	l.p[0], l.p[1], l.p[2] = start(x), unsafe.Pointer(&sum), start(dst)
	if isa == AVX512 {
		expStoreAVX512(l.ptr())
	} else {
		expStoreAVX2(l.ptr())
	}
	return sum
}

// expSum returns Σ e^(x_i - shift).
func expSum(x []float32, shift float32) float64 {
	n, s := whole(len(x), by16), 0.0
	if n > 0 {
		l := lanes{blocks: n >> by16, c: [8]float32{shift, 1}}
		l.p[0], l.p[1] = start(x), unsafe.Pointer(&s)
		if isa == AVX512 {
			expSumAVX512(l.ptr())
		} else {
			expSumAVX2(l.ptr())
		}
	}
	return finish(s, n, len(x), func(i int) float64 { return float64(Exp(x[i] - shift)) })
}

// Max returns the largest number of x, -Inf if there is none; NaN is passed over.
func Max(x []float32) float32 {
	m := float32(math.Inf(-1))
	n := len(x) >> by16 << by16
	switch {
	case n == 0:
	case isa == Generic:
		m = largest(x[:n])
	default:
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1] = start(x), unsafe.Pointer(&m)
		largestAVX2(l.ptr())
	}
	for _, v := range x[n:] {
		if v > m {
			m = v
		}
	}
	return m
}

// largest is the largest number of whole blocks, in sixteen lanes.
func largest(x []float32) float32 {
	var top [16]float32
	for i := range top {
		top[i] = float32(math.Inf(-1))
	}
	for i, v := range x {
		if v > top[i%16] {
			top[i%16] = v
		}
	}
	for w := 8; w > 0; w /= 2 {
		for i := range w {
			if top[i+w] > top[i] {
				top[i] = top[i+w]
			}
		}
	}
	return top[0]
}

// Argmax returns the index of the largest element, the first one of equals; 0 if none is above
// -Inf.
func Argmax(x []float32) int {
	m := Max(x)
	if math.IsInf(float64(m), -1) {
		return 0
	}
	for i, v := range x {
		if v == m {
			return i
		}
	}
	return 0
}
