package mixture

import (
	"protobench/internal/kernel"
)

// Means returns the means scaled to unit norm into c [K,D]: the prototypes. A mean without a
// direction leaves its row as it is.
func (m *Mixture) Means(c []float32) {
	m.components(func(lo, hi int) {
		for k := lo; k < hi; k++ {
			ToSphere(c[k*m.D:][:m.D], m.Mu[k*m.D:][:m.D])
		}
	})
}

// ToSphere sets dst to x on the unit sphere. An x without length leaves dst as it is.
func ToSphere(dst, x []float32) {
	n := kernel.Norm(x)
	if n <= kernel.NormEps {
		return
	}
	f := 1 / n
	for j, v := range x {
		dst[j] = float32(float64(v) * f)
	}
}

// Precision is one over the mean variance.
func (m *Mixture) Precision() float64 {
	switch m.Covariance {
	case "shared":
		return 1 / m.Pooled[0]
	case "spherical":
		var s float64
		for c := range m.K {
			s += m.variance(c, 0)
		}
		return float64(m.K) / s
	}
	m.components(func(lo, hi int) {
		for c := lo; c < hi; c++ {
			var s float64
			for _, v := range m.Within[c*m.D:][:m.D] {
				s += max(float64(v), m.VarMin)
			}
			m.work.least[c] = s
		}
	})
	var s float64
	for _, v := range m.work.least {
		s += v
	}
	return float64(m.K) * float64(m.D) / s
}

// Revive restarts component k at a mean, worth one embedding at the mean variance of all.
func (m *Mixture) Revive(k int, z []float32) {
	v := float32(1 / m.Precision())
	copy(m.Mu[k*m.D:], z)
	per := len(m.Within) / m.K
	for i := range per {
		m.Within[k*per+i] = v
	}
	m.N[k], m.Share[k] = 1, 1/m.Seen[0]
	m.weights()
}

// Split gives component k half of what component from knows, at a mean near to it.
func (m *Mixture) Split(k, from int, z []float32) {
	norm := float32(kernel.Norm(m.Mu[from*m.D:][:m.D]))
	for j, v := range z {
		m.Mu[k*m.D+j] = v * norm
	}
	per := len(m.Within) / m.K
	copy(m.Within[k*per:][:per], m.Within[from*per:])
	m.N[from] /= 2
	m.N[k] = m.N[from]
	m.Share[from] /= 2
	m.Share[k] = m.Share[from]
	m.weights()
}
