package kernel

import (
	"math"
	"unsafe"
)

// Momentum sets v = μ·v + q·(g + wd·w) and w = w - rate·v; with nesterov w = w - rate·(q·(g + wd·w)
// + μ·v). It is stochastic gradient descent for q = 1, and LARS for q the layer's factor.
func Momentum(w, g, v []float32, mu, q, wd, rate float32, nesterov bool) {
	g, v = g[:len(w)], v[:len(w)]
	n := whole(len(w), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{mu, q, wd, rate}}
		l.p[0], l.p[1], l.p[2] = start(w), start(g), start(v)
		if nesterov {
			nesterovAVX2(l.ptr())
		} else {
			momentumAVX2(l.ptr())
		}
	}
	for i := n; i < len(w); i++ {
		d := float32(q * (g[i] + float32(wd*w[i])))
		v[i] = float32(mu*v[i]) + d
		if nesterov {
			d += float32(mu * v[i])
		} else {
			d = v[i]
		}
		w[i] -= float32(rate * d)
	}
}

// Adam are the numbers of one step of Adam for one parameter, bias corrections included.
type Adam struct {
	L2            float32 // weight decay that is a part of the gradient
	First, Second float32 // m moves by First, the share 1-β₁ of what is new; v keeps the share Second = β₂
	Fresh         float32 // 1-β₂
	Keep          float32 // what decoupled weight decay leaves of a weight
	Size          float32 // learning rate over 1-β₁ᵗ
	Unit          float32 // 1/√(1-β₂ᵗ)
	Eps           float32
}

// Update sets g' = g + L2·w, m += First·(g'-m), v = Second·v + Fresh·g'², w = w·Keep -
// Size·m/(√v·Unit + Eps).
func (a Adam) Update(w, g, m, v []float32) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	n := whole(len(w), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{a.L2, a.First, a.Second, a.Fresh, a.Keep, a.Size, a.Unit, a.Eps}}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(w), start(g), start(m), start(v)
		adamAVX2(l.ptr())
	}
	for i := n; i < len(w); i++ {
		d := g[i] + float32(a.L2*w[i])
		m[i] += float32(a.First * (d - m[i]))
		v[i] = float32(a.Second*v[i]) + float32(a.Fresh*float32(d*d))
		below := float32(float32(math.Sqrt(float64(v[i])))*a.Unit) + a.Eps
		w[i] = float32(w[i]*a.Keep) - float32(a.Size*(m[i]/below))
	}
}

// DecayedSquares returns Σ (g + wd·w)², accumulated in float64.
func DecayedSquares(g, w []float32, wd float64) float64 {
	w = w[:len(g)]
	var s float64
	n := whole(len(g), by16)
	if n > 0 {
		l := lanes{blocks: n >> by16, f: [2]float64{wd}}
		l.p[0], l.p[1], l.p[2] = start(g), start(w), unsafe.Pointer(&s)
		decayedAVX2(l.ptr())
	}
	return finish(s, n, len(g), func(i int) float64 {
		u := float64(g[i]) + float64(wd*float64(w[i]))
		return float64(u * u)
	})
}
