package kernel

import "math"

// Exp returns e^x in float32: argument reduction by ln 2 in two parts and the Cephes polynomial of
// degree 6, in a fixed order of operations. x is clamped to [-87.34, 88.72]; the largest error is about 2 ulp.
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

// LogSumExp returns ln Σ e^{x_i} of a row, safe against overflow; -Inf for an empty row.
func LogSumExp(x []float32) float32 {
	m, s := expSum(x)
	if s == 0 {
		return m
	}
	return m + float32(math.Log(s))
}

// expSum returns the largest element m and Σ e^{x_i - m}.
func expSum(x []float32) (m float32, s float64) {
	m = float32(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	if math.IsInf(float64(m), -1) {
		return m, 0
	}
	for _, v := range x {
		s += float64(Exp(v - m))
	}
	return m, s
}

// Softmax sets dst to the softmax of a row of logits; dst may be x.
func Softmax(dst, x []float32) {
	m, _ := maxOf(x)
	var s float64
	for i, v := range x {
		e := Exp(v - m)
		dst[i] = e
		s += float64(e)
	}
	f := float32(1 / s)
	for i := range x {
		dst[i] *= f
	}
}

func maxOf(x []float32) (m float32, at int) {
	m = float32(math.Inf(-1))
	for i, v := range x {
		if v > m {
			m, at = v, i
		}
	}
	return m, at
}

// Argmax returns the index of the largest element, the first one of equals.
func Argmax(x []float32) int {
	_, at := maxOf(x)
	return at
}
