package term

import "protobench/internal/kernel"

// Crowding is how near rows of unit length lie to their nearest others: (1/K)·Σ_k max_l≠k c_k·c_l
// of c [K,D], with its gradient (the spreading of hyperspherical prototype networks, Mettes et al.
// 2019).
type Crowding struct{ rows *koleo }

// NewCrowding has the room for k rows of d dimensions.
func NewCrowding(k, d int) *Crowding { return &Crowding{newKoleo(k, d)} }

// Gradient returns the crowding of unit rows c [K,D] and sets its gradient: each row is pushed by
// its nearest neighbour and by those whose nearest it is.
func (w *Crowding) Gradient(grad, c []float32) float64 {
	t := w.rows
	copy(t.c, c)
	t.nearest(nil)
	clear(grad)
	var s float64
	f := 1 / float32(t.k)
	for r, l := range t.near {
		a, b := c[r*t.d:][:t.d], c[l*t.d:][:t.d]
		s += float64(kernel.Dot(a, b))
		kernel.Axpy(f, b, grad[r*t.d:][:t.d])
		kernel.Axpy(f, a, grad[l*t.d:][:t.d])
	}
	return s / float64(t.k)
}
