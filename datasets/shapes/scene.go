package shapes

import (
	"math"
	"math/rand/v2"
)

// Side is the height and the width of an image of the set "shapes", in pixels.
const Side = 32

// Arrangements is the number of arrangements of copies that there are, of which a pair has one less.
const Arrangements = 10

// placed is one copy of a glyph: centre in pixels, inverse radius and rotation (cos, sin).
type placed struct{ x, y, inverse, cos, sin, mirror float64 }

// scene is one image before it is painted: everything that was drawn for it.
type scene struct {
	shown   Silhouette // by copies in turn
	copies  []placed
	blobs   []blob
	fore    paint
	back    paint
	light   [2]float64 // change of brightness per pixel in x and y
	noise   float64    // standard deviation of the pixel noise, 0..1 scale
	texture lattice
}

// blob is a piece of background clutter: a short stroke of its own colour.
type blob struct {
	ax, ay, bx, by, radius float64
	colour                 [3]float64
}

// paint is a colour that a texture bends towards a second one.
type paint struct{ base, shift [3]float64 }

// layout returns the centres of an arrangement's copies in units of the frame's half width, and
// their radius: one, two abreast, two stacked, a triangle of three, a square of four; two on a
// diagonal, a triangle on its tip, three abreast, three stacked, five as on a die. None is another
// one's mirror image but the diagonal, of which there is one.
func layout(mode int) ([][2]float64, float64) {
	switch mode {
	case 0:
		return [][2]float64{{0, 0}}, 0.68
	case 1:
		return [][2]float64{{-0.46, 0}, {0.46, 0}}, 0.43
	case 2:
		return [][2]float64{{0, -0.46}, {0, 0.46}}, 0.43
	case 3:
		return [][2]float64{{0, -0.45}, {-0.45, 0.4}, {0.45, 0.4}}, 0.41
	case 4:
		return [][2]float64{{-0.43, -0.43}, {0.43, -0.43}, {-0.43, 0.43}, {0.43, 0.43}}, 0.4
	case 5:
		return [][2]float64{{-0.42, -0.42}, {0.42, 0.42}}, 0.45
	case 6:
		return [][2]float64{{0, 0.45}, {-0.45, -0.4}, {0.45, -0.4}}, 0.41
	case 7:
		return [][2]float64{{-0.62, 0}, {0, 0}, {0.62, 0}}, 0.31
	case 8:
		return [][2]float64{{0, -0.62}, {0, 0}, {0, 0.62}}, 0.31
	default:
		return [][2]float64{{-0.52, -0.52}, {0.52, -0.52}, {0, 0}, {-0.52, 0.52}, {0.52, 0.52}}, 0.33
	}
}

// draw draws the nuisances of one image, all independent of its class and sub-mode.
func draw(r *rand.Rand, shown Silhouette, mode int) scene {
	s := scene{shown: shown, copies: place(r, mode), noise: uniform(r, 0.01, 0.05)}
	level, step := contrast(r)
	s.back = colour(r, level, 0.07)
	s.fore = colour(r, level+step, 0.05)
	s.light = [2]float64{uniform(r, -0.012, 0.012), uniform(r, -0.012, 0.012)}
	for range 2 + r.IntN(3) {
		s.blobs = append(s.blobs, clutter(r, level+float64(0.4*step)))
	}
	s.texture.fill(r)
	return s
}

// place puts the copies of a sub-mode into the frame: common scale, rotation and shift, and a small
// turn and shift of each copy.
func place(r *rand.Rand, mode int) []placed {
	centres, radius := layout(mode)
	const half = Side / 2
	scale := uniform(r, 0.85, 1.1)
	cos, sin := turn(r, 0.16)
	dx, dy := uniform(r, -2, 2), uniform(r, -2, 2)
	mirror := float64(1 - 2*r.IntN(2))
	out := make([]placed, len(centres))
	for i, c := range centres {
		x, y := rotate(c[0], c[1], cos, sin)
		p := placed{mirror: mirror, inverse: 1 / (half * radius * scale * uniform(r, 0.92, 1.08))}
		p.x = half + float64(half*scale*x) + dx + uniform(r, -0.5, 0.5)
		p.y = half + float64(half*scale*y) + dy + uniform(r, -0.5, 0.5)
		ownCos, ownSin := turn(r, 0.08)
		p.cos, p.sin = rotate(cos, sin, ownCos, ownSin)
		out[i] = p
	}
	return out
}

// turn draws a rotation of at most 2·atan(limit), as (cos, sin) through the tangent of the half
// angle.
func turn(r *rand.Rand, limit float64) (cos, sin float64) {
	t := uniform(r, -limit, limit)
	square := float64(t * t)
	return (1 - square) / (1 + square), 2 * t / (1 + square)
}

func rotate(x, y, cos, sin float64) (float64, float64) {
	return float64(x*cos) - float64(y*sin), float64(x*sin) + float64(y*cos)
}

// contrast draws the background's brightness and the signed step from it to the glyph's: four
// images in five are light on dark, the others dark on light.
func contrast(r *rand.Rand) (level, step float64) {
	step = uniform(r, 0.32, 0.55)
	level = uniform(r, 0.15, 0.85-step)
	if r.IntN(5) > 0 {
		return level, step
	}
	return 1 - level, -step
}

// colour draws a paint of a given brightness: any hue, and a texture that changes the brightness by
// at most depth.
func colour(r *rand.Rand, level, depth float64) paint {
	var p paint
	p.base = tint(r, level)
	for c := range p.shift {
		p.shift[c] = uniform(r, -depth, depth)
	}
	return p
}

// tint is a colour with the given luma, any hue and a moderate saturation.
func tint(r *rand.Rand, level float64) [3]float64 {
	h, s := uniform(r, 0, 6), uniform(r, 0.05, 0.35)
	rgb := [3]float64{math.Abs(h-3) - 1, 2 - math.Abs(h-2), 2 - math.Abs(h-4)}
	for c := range rgb {
		rgb[c] = min(1, max(0, rgb[c]))
	}
	luma := float64(0.299*rgb[0]) + float64(0.587*rgb[1]) + float64(0.114*rgb[2])
	for c := range rgb {
		rgb[c] = level + float64(s*(rgb[c]-luma))
	}
	return rgb
}

// clutter draws a short stroke anywhere in the frame.
func clutter(r *rand.Rand, level float64) blob {
	b := blob{ax: uniform(r, 0, Side), ay: uniform(r, 0, Side), radius: uniform(r, 0.6, 1.4)}
	b.bx, b.by = b.ax+uniform(r, -6, 6), b.ay+uniform(r, -6, 6)
	b.colour = tint(r, level)
	return b
}

func uniform(r *rand.Rand, low, high float64) float64 { return low + float64((high-low)*r.Float64()) }
