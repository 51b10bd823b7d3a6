package kernel

import "math"

// large runs the assembly of tiles of 4×4 pixels.
func (t *transform) large(to transformation) {
	if isa == AVX512 && t.blocks%2 == 0 { // registers of sixteen channels
		wide := *t
		wide.blocks /= 2
		wide.wide512(to)
		return
	}
	switch to {
	case winogradInput:
		winogradInput4AVX2(t.ptr())
	case winogradOutput:
		winogradOutput4AVX2(t.ptr())
	case winogradSpread:
		winogradSpread4AVX2(t.ptr())
	case winogradWeights:
		winogradWeights4AVX2(t.ptr())
	case winogradTaps:
		winogradTaps4AVX2(t.ptr())
	}
}

func (t *transform) wide512(to transformation) {
	switch to {
	case winogradInput:
		winogradInput4AVX512(t.ptr())
	case winogradOutput:
		winogradOutput4AVX512(t.ptr())
	case winogradSpread:
		winogradSpread4AVX512(t.ptr())
	case winogradWeights:
		winogradWeights4AVX512(t.ptr())
	case winogradTaps:
		winogradTaps4AVX512(t.ptr())
	}
}

// The points of interpolation, and what G divides by at each pair of them: 2a²(a²-b²) for ±a,
// 2b²(b²-a²) for ±b.
const (
	nearPoint = math.Sqrt2 / 2
	farPoint  = math.Sqrt2
	nearScale = -2.0 / 3
	farScale  = 1.0 / 6
)

// largeVector maps one row or column for tiles of 4×4 pixels: by even and odd parts, which the
// points ±a share.
func (to transformation) largeVector(x [6]float32) [6]float32 {
	switch to {
	case winogradInput:
		first, last := x[0]+plus(x[4], -2.5, x[2]), x[1]+plus(x[5], -2.5, x[3])
		e, o := plus(x[4], -2, x[2]), plus(x[3], -2, x[1])
		f, p := plus(x[4], -0.5, x[2]), plus(-x[1], 2, x[3])
		return [6]float32{first, plus(e, nearPoint, o), plus(e, -nearPoint, o), plus(f, nearPoint, p), plus(f, -nearPoint, p), last}
	case winogradOutput:
		e, o, f, p := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
		return [6]float32{x[0] + (e + f), float32(nearPoint * plus(o, 2, p)), plus(float32(0.5*e), 2, f), plus(x[5], nearPoint/2, plus(o, 8, p))}
	case winogradSpread:
		e, o, f, p := plus(x[0], 0.5, x[2]), plus(x[1], 0.5, x[3]), plus(x[0], 2, x[2]), plus(x[1], 2, x[3])
		return [6]float32{x[0], plus(e, nearPoint, o), plus(e, -nearPoint, o), plus(f, farPoint, p), plus(f, -farPoint, p), x[3]}
	case winogradWeights:
		e, f := plus(x[0], 0.5, x[2]), plus(x[0], 2, x[2])
		return [6]float32{
			x[0], float32(nearScale * plus(e, nearPoint, x[1])), float32(nearScale * plus(e, -nearPoint, x[1])),
			float32(farScale * plus(f, farPoint, x[1])), float32(farScale * plus(f, -farPoint, x[1])), x[2],
		}
	}
	e, o, f, p := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
	return [6]float32{
		x[0] + plus(float32(farScale*f), nearScale, e), plus(float32(farPoint*farScale*p), nearPoint*nearScale, o), plus(x[5], 1.0/3, f-e),
	}
}

// plus is z + x·y, which the assembly rounds once.
func plus(z, x, y float32) float32 { return z + float32(x*y) }
