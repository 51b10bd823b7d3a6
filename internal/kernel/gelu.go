package kernel

// GELU sets y = x·Φ(x), Φ the standard normal distribution function (Hendrycks and Gimpel 2016; the
// exact form, not the tanh approximation). y may be x.
func GELU(y, x []float32) {
	x = x[:len(y)]
	n := whole(len(y), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1] = start(y), start(x)
		if isa == AVX512 {
			geluAVX512(l.ptr())
		} else {
			geluAVX2(l.ptr())
		}
	}
	for i := n; i < len(y); i++ {
		cdf, _ := normal(x[i])
		y[i] = x[i] * cdf
	}
}

// GELUBackward sets dx = dy·(Φ(x) + x·φ(x)). dx may be dy.
func GELUBackward(dx, x, dy []float32) {
	x, dy = x[:len(dx)], dy[:len(dx)]
	n := whole(len(dx), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1], l.p[2] = start(dx), start(x), start(dy)
		if isa == AVX512 {
			geluGradAVX512(l.ptr())
		} else {
			geluGradAVX2(l.ptr())
		}
	}
	for i := n; i < len(dx); i++ {
		cdf, pdf := normal(x[i])
		dx[i] = dy[i] * (cdf + float32(x[i]*pdf))
	}
}

// GELUBoth does what [GELU] and [GELUBackward] do at once, y = GELU(x) and dx = dy·GELU'(x), in
// little more time than either. dx may be dy.
func GELUBoth(y, dx, x, dy []float32) {
	dx, x, dy = dx[:len(y)], x[:len(y)], dy[:len(y)]
	n := whole(len(y), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(y), start(dx), start(x), start(dy)
		if isa == AVX512 {
			geluBothAVX512(l.ptr())
		} else {
			geluBothAVX2(l.ptr())
		}
	}
	for i := n; i < len(y); i++ {
		cdf, pdf := normal(x[i])
		y[i], dx[i] = x[i]*cdf, dy[i]*(cdf+float32(x[i]*pdf))
	}
}

// normal returns the standard normal distribution function Φ(x) and its density φ(x). Φ is 1 -
// ½·p(t)·e^(-x²/2) for x ≥ 0 with Abramowitz and Stegun's polynomial 7.1.26, whose error in erf is
// below 1.5e-7: a float32's last digit.
func normal(x float32) (cdf, pdf float32) {
	const (
		sqrtHalf   = 0.70710678118654752
		invSqrt2Pi = 0.39894228040143268
	)
	e := Exp(-0.5 * float32(x*x))
	t := 1 / (1 + float32(0.3275911*sqrtHalf*max(x, -x)))
	p := float32(1.061405429*t) - 1.453152027
	p = float32(p*t) + 1.421413741
	p = float32(p*t) - 0.284496736
	p = float32(p*t) + 0.254829592
	tail := float32(0.5 * float32(float32(p*t)*e))
	if x > 0 {
		tail = 1 - tail
	}
	return tail, invSqrt2Pi * e
}
