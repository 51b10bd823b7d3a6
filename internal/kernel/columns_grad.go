package kernel

import "protobench/internal/team"

// NormGrad is what batch normalisation's backward pass reads: its input x, the gradient dy of its
// output, and, where a ReLU is fused behind, that output y or the scale and shift [C] that y is
// made of once more; neither without a ReLU. The gradient that counts is g = dy where y > 0, else
// 0.
type NormGrad struct {
	X, Y, DY     []float32
	Scale, Shift []float32
	Bare         bool // X has no border
}

// check panics unless all of it holds maps m.
func (g NormGrad) check(m Map) {
	m.check([][]float32{g.DY}, 0)
	m.without(g.Bare).check([][]float32{g.X}, 0)
	if g.Y != nil {
		m.check([][]float32{g.Y}, 0)
	}
	if g.Scale != nil {
		m.check(nil, m.Channels, g.Scale, g.Shift)
	}
}

func (g NormGrad) columns(s span) columns {
	c := s.columns(g.X, g.Bare)
	g.set(&c, s)
	return c
}

// set fills in where the span's numbers are besides x.
func (g NormGrad) set(c *columns, s span) {
	c.z = ptr(g.DY, s.at)
	if g.Y != nil {
		c.y = ptr(g.Y, s.at)
	}
	c.v3, c.v4 = ptr(g.Scale, 0), ptr(g.Shift, 0)
}

// at is number i, of channel j, of input x.
func (g NormGrad) at(i, j int, x float32) float32 {
	if g.Y != nil && !(g.Y[i] > 0) || g.Scale != nil && !(float32(x*g.Scale[j])+g.Shift[j] > 0) {
		return 0
	}
	return g.DY[i]
}

// NormSums sets, for each image i and channel c, sum[i,c] = Σ g and dot[i,c] = Σ g·(x - mean[c])
// over the image's pixels in order.
func (m Map) NormSums(team *team.Team, g NormGrad, mean, sum, dot []float32) {
	g.check(m)
	m.check(nil, m.Channels, mean)
	m.check(nil, m.Images*m.Channels, sum, dot)
	m.together(team, func(lo, hi int) { m.normSumsImages(g, &GradSums{mean, sum, dot}, lo, hi) })
}

// GradSums are what [Map.NormSums] takes of a gradient: a norm's mean [C], and the sums [images,C].
type GradSums struct{ Mean, Sum, Dot []float32 }

// gradSumming returns what takes the sums of the images [lo,hi) of gradient dy, of maps y behind a
// norm without an Add.
func (m Map) gradSumming(dy []float32, y Normed, sums *GradSums) func(lo, hi int) {
	if dy == nil || !y.deferred() || y.Add != nil {
		panic("kernel: the sums of a gradient that is not that of a norm")
	}
	g := NormGrad{X: y.X, DY: dy, Bare: y.Bare}
	if y.ReLU {
		g.Scale, g.Shift = y.Scale, y.Shift
	}
	g.check(m)
	m.check(nil, m.Channels, sums.Mean)
	m.check(nil, m.Images*m.Channels, sums.Sum, sums.Dot)
	return func(lo, hi int) { m.normSumsImages(g, sums, lo, hi) }
}

// normSumsImages takes the sums of the images [lo,hi).
func (m Map) normSumsImages(g NormGrad, to *GradSums, lo, hi int) {
	if !g.Bare {
		lo = m.fours(g.X, lo, hi, func(i int, s span, c columns) {
			g.set(&c, s)
			at := i * m.Channels
			c.v0, c.v1, c.v2 = ptr(to.Mean, 0), ptr(to.Sum, at), ptr(to.Dot, at)
			switch {
			case g.Scale != nil:
				normSumsImagesAgainAVX2(c.ptr())
			case g.Y != nil:
				normSumsImagesReLUAVX2(c.ptr())
			default:
				normSumsImagesAVX2(c.ptr())
			}
		})
	}
	for i := lo; i < hi; i++ {
		at := i * m.Channels
		m.normSumsImage(m.span(i), g, to.Mean, to.Sum[at:], to.Dot[at:])
	}
}

func (m Map) normSumsImage(s span, g NormGrad, mean, sum, dot []float32) {
	v := s.vector()
	if v > 0 {
		c := g.columns(s)
		c.v0, c.v1, c.v2 = ptr(mean, 0), ptr(sum, 0), ptr(dot, 0)
		switch {
		case g.Scale != nil:
			normSumsAgainAVX2(c.ptr())
		case g.Y != nil:
			normSumsReLUAVX2(c.ptr())
		default:
			normSumsAVX2(c.ptr())
		}
	}
	clear(sum[v:m.Channels])
	clear(dot[v:m.Channels])
	if v == m.Channels {
		return
	}
	s.each(func(at, bare int) {
		for j := v; j < m.Channels; j++ {
			x := g.X[pick(g.Bare, at, bare)+j]
			d := g.at(at+j, j, x)
			sum[j] += d
			dot[j] += float32(d * (x - mean[j]))
		}
	})
}

// NormApply sets dx = g·a + (x·b + k) per channel. dx may be DY.
func (m Map) NormApply(team *team.Team, dx []float32, g NormGrad, a, b, k []float32) {
	g.check(m)
	m.check([][]float32{dx}, m.Channels, a, b, k)
	m.pieces(team, func(s span) { m.normApply(s, dx, g, a, b, k) })
}

func (m Map) normApply(s span, dx []float32, g NormGrad, a, b, k []float32) {
	v := s.vector()
	if v > 0 {
		c := g.columns(s)
		c.out, c.v0, c.v1, c.v2 = ptr(dx, s.at), ptr(a, 0), ptr(b, 0), ptr(k, 0)
		switch {
		case g.Scale != nil:
			normApplyAgainAVX2(c.ptr())
		case g.Y != nil:
			normApplyReLUAVX2(c.ptr())
		default:
			normApplyAVX2(c.ptr())
		}
	}
	if v == m.Channels {
		return
	}
	s.each(func(at, bare int) {
		for j := v; j < m.Channels; j++ {
			x := g.X[pick(g.Bare, at, bare)+j]
			z := float32(x*b[j]) + k[j]
			dx[at+j] = z + float32(g.at(at+j, j, x)*a[j])
		}
	})
}
