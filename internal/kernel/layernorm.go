package kernel

import "unsafe"

// LayerNorm sets y = (x - mean)·istd·gamma + beta for one row (Ba et al. 2016). y may be x.
func LayerNorm(y, x, gamma, beta []float32, mean, istd float32) {
	x, gamma, beta = x[:len(y)], gamma[:len(y)], beta[:len(y)]
	n := whole(len(y), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{mean, istd}}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(y), start(x), start(gamma), start(beta)
		layerNormAVX2(l.ptr())
	}
	for i := n; i < len(y); i++ {
		y[i] = float32(float32((x[i]-mean)*istd)*gamma[i]) + beta[i]
	}
}

// LayerNormSums takes the sums of one row's backward pass: Σ g and Σ g·x̂ with g = γ·dy and x̂ = (x
// - mean)·istd, in float64, and adds dy·x̂ to dgamma and dy to dbeta.
func LayerNormSums(x, gamma, dy, dgamma, dbeta []float32, mean, istd float32) (sum, dot float64) {
	gamma, dy, dgamma, dbeta = gamma[:len(x)], dy[:len(x)], dgamma[:len(x)], dbeta[:len(x)]
	n := whole(len(x), by16)
	if n > 0 {
		var s [2]float64
		l := lanes{blocks: n >> by16, c: [8]float32{mean, istd}}
		l.p[0], l.p[1], l.p[2], l.p[3], l.p[4], l.p[5] = start(x), start(gamma), start(dy), start(dgamma), start(dbeta), unsafe.Pointer(&s)
		layerNormSumsAVX2(l.ptr())
		sum, dot = s[0], s[1]
	}
	for i := n; i < len(x); i++ {
		dgamma[i] += float32(dy[i] * float32((x[i]-mean)*istd))
		dbeta[i] += dy[i]
	}
	sum = finish(sum, n, len(x), func(i int) float64 { return float64(dy[i] * gamma[i]) })
	dot = finish(dot, n, len(x), func(i int) float64 { return float64(dy[i]*gamma[i]) * float64((x[i]-mean)*istd) })
	return sum, dot
}

// LayerNormBackward sets dx = istd·(γ·dy - a - x̂·b) for one row, with a and b the means of g and
// g·x̂. dx may be dy.
func LayerNormBackward(dx, x, gamma, dy []float32, mean, istd, a, b float32) {
	x, gamma, dy = x[:len(dx)], gamma[:len(dx)], dy[:len(dx)]
	n := whole(len(dx), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{mean, istd, a, b}}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(dx), start(x), start(gamma), start(dy)
		layerNormGradAVX2(l.ptr())
	}
	for i := n; i < len(dx); i++ {
		hat, g := (x[i]-mean)*istd, float32(dy[i]*gamma[i])
		dx[i] = istd * (g - a - float32(hat*b))
	}
}
