package kernel

import (
	"math"
	"unsafe"
)

// Levels sets out to 8-bit levels on the scale 0..1: x/255.
func Levels(out []float32, x []uint8) {
	x = x[:len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1] = start(out), unsafe.Pointer(unsafe.SliceData(x))
		levelsAVX2(l.ptr())
	}
	for i := n; i < len(out); i++ {
		out[i] = float32(x[i]) / 255
	}
}

// Clamped sets x = a·x + b, cut to [0,1].
func Clamped(x []float32, a, b float32) {
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{a, b}}
		l.p[0] = start(x)
		clampedAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		x[i] = clamp(float32(a*x[i]) + b)
	}
}

// clamp keeps x in [0,1].
func clamp(x float32) float32 {
	if x < 0 {
		return 0
	}
	if x > 1 {
		return 1
	}
	return x
}

// Luma sets out to the gray of pixels whose colours are r, g and b: ITU-R BT.601's weights in four
// digits, as torchvision has them. out may be one of them.
func Luma(out, r, g, b []float32) {
	r, g, b = r[:len(out)], g[:len(out)], b[:len(out)]
	n := whole(len(out), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(r), start(g), start(b), start(out)
		lumaAVX2(l.ptr())
	}
	for i := n; i < len(out); i++ {
		out[i] = luma(r[i], g[i], b[i])
	}
}

func luma(r, g, b float32) float32 {
	return float32(0.2989*r) + float32(0.587*g) + float32(0.114*b)
}

// Saturate sets each colour of a pixel to f·colour + (1-f)·gray, cut to [0,1], with the gray of
// [Luma].
func Saturate(r, g, b []float32, f float32) {
	g, b = g[:len(r)], b[:len(r)]
	n := whole(len(r), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{f, 1 - f}}
		l.p[0], l.p[1], l.p[2] = start(r), start(g), start(b)
		saturateAVX2(l.ptr())
	}
	for i := n; i < len(r); i++ {
		gray := float32((1 - f) * luma(r[i], g[i], b[i]))
		r[i] = clamp(float32(f*r[i]) + gray)
		g[i] = clamp(float32(f*g[i]) + gray)
		b[i] = clamp(float32(f*b[i]) + gray)
	}
}

// TurnHue turns the hue of pixels by so many sixths of a turn, 0..6. Value (the largest colour) and
// chroma (largest less smallest) stay.
func TurnHue(r, g, b []float32, sixths float32) {
	g, b = g[:len(r)], b[:len(r)]
	n := whole(len(r), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{sixths}}
		l.p[0], l.p[1], l.p[2] = start(r), start(g), start(b)
		turnHueAVX2(l.ptr())
	}
	for i := n; i < len(r); i++ {
		r[i], g[i], b[i] = turned(r[i], g[i], b[i], sixths)
	}
}

// turned is one pixel of [TurnHue]. Hue h is the angle of the hexagon on which the colours of one
// value and chroma lie.
func turned(r, g, b, sixths float32) (red, green, blue float32) {
	high, chroma, h := hexcone(r, g, b)
	if chroma == 0 {
		return r, g, b
	}
	if h += sixths; h >= 6 {
		h -= 6
	}
	low, part := high-chroma, float32(chroma*(h-float32(math.Floor(float64(h)))))
	rising, falling := low+part, high-part
	switch {
	case h >= 5:
		return high, low, falling
	case h >= 4:
		return rising, low, high
	case h >= 3:
		return low, falling, high
	case h >= 2:
		return low, high, rising
	case h >= 1:
		return falling, high, low
	}
	return high, rising, low
}

// hexcone returns value, chroma and hue in sixths of a turn, [0,6).
func hexcone(r, g, b float32) (high, chroma, h float32) {
	high = larger(larger(r, g), b)
	chroma = high - smaller(smaller(r, g), b)
	switch high {
	case r:
		h = 0 + (g-b)/chroma
	case g:
		h = 2 + (b-r)/chroma
	default:
		h = 4 + (r-g)/chroma
	}
	if h < 0 {
		h += 6
	}
	return high, chroma, h
}

// larger and smaller give the second of equals and where one is NaN, as the processor does.
func larger(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

func smaller(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}

// Solarize inverts the numbers of x that are not below from: x = 1 - x.
func Solarize(x []float32, from float32) {
	n := whole(len(x), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{from}}
		l.p[0] = start(x)
		solarizedAVX2(l.ptr())
	}
	for i := n; i < len(x); i++ {
		if x[i] >= from {
			x[i] = 1 - x[i]
		}
	}
}

// Interleave sets the pixels out [n,3] to (colour - mean)·factor of the planes r, g, b.
func Interleave(out, r, g, b []float32, mean, factor [3]float32) {
	out, g, b = out[:3*len(r)], g[:len(r)], b[:len(r)]
	n := whole(len(r), by8)
	if n > 0 {
		l := lanes{blocks: n >> by8, c: [8]float32{mean[0], mean[1], mean[2], factor[0], factor[1], factor[2]}}
		l.p[0], l.p[1], l.p[2], l.p[3] = start(out), start(r), start(g), start(b)
		interleaveAVX2(l.ptr())
	}
	for i := n; i < len(r); i++ {
		out[3*i] = (r[i] - mean[0]) * factor[0]
		out[3*i+1] = (g[i] - mean[1]) * factor[1]
		out[3*i+2] = (b[i] - mean[2]) * factor[2]
	}
}
