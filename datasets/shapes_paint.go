package datasets

import (
	"math"
	"math/rand/v2"
)

// cell is the spacing of the texture's lattice, in pixels.
const cell = 4

// lattice is a texture: random values on a coarse grid, bilinear in between (value noise), in
// [-1,1].
type lattice [side/cell + 1][side/cell + 1]float64

func (l *lattice) fill(r *rand.Rand) {
	for i := range l {
		for j := range l[i] {
			l[i][j] = uniform(r, -1, 1)
		}
	}
}

// at is the texture at pixel (row, col).
func (l *lattice) at(row, col int) float64 {
	i, j := row/cell, col/cell
	v, u := float64(row%cell)/cell, float64(col%cell)/cell
	top := l[i][j] + float64(u*(l[i][j+1]-l[i][j]))
	bottom := l[i+1][j] + float64(u*(l[i+1][j+1]-l[i+1][j]))
	return top + float64(v*(bottom-top))
}

// render paints a scene into one image, [side,side,3]. r draws the pixel noise.
func (s *scene) render(dst []uint8, r *rand.Rand) {
	for row := range side {
		for col := range side {
			rgb := s.pixel(row, col)
			at := 3 * (row*side + col)
			grain := irwinHall(r.Uint64())
			for c, v := range rgb {
				dst[at+c] = quantise(v + float64(s.noise*grain[c]))
			}
		}
	}
}

// pixel is the colour of one pixel without its noise.
func (s *scene) pixel(row, col int) [3]float64 {
	x, y := float64(col)+0.5, float64(row)+0.5
	texture := s.texture.at(row, col)
	rgb := s.back.at(texture)
	for i := range s.blobs {
		blend(&rgb, s.blobs[i].colour, s.blobs[i].coverage(x, y))
	}
	blend(&rgb, s.fore.at(texture), s.coverage(x, y))
	light := 1 + float64(s.light[0]*(x-side/2)) + float64(s.light[1]*(y-side/2))
	for c := range rgb {
		rgb[c] = float64(rgb[c] * light)
	}
	return rgb
}

func (p *paint) at(texture float64) [3]float64 {
	rgb := p.base
	for c := range rgb {
		rgb[c] += float64(p.shift[c] * texture)
	}
	return rgb
}

// coverage is the share of the pixel at (x,y) that the glyph's copies cover.
func (s *scene) coverage(x, y float64) float64 {
	most := 0.0
	for i := range s.copies {
		p := &s.copies[i]
		gx, gy := rotate(float64((x-p.x)*p.inverse), float64((y-p.y)*p.inverse), p.cos, -p.sin)
		if math.Abs(gx) < 1.3 && math.Abs(gy) < 1.3 {
			most = max(most, smooth(s.glyph.distance(p.mirror*gx, gy)/p.inverse))
		}
	}
	return most
}

func (b *blob) coverage(x, y float64) float64 {
	return smooth(segment(x, y, b.ax, b.ay, b.bx, b.by) - b.radius)
}

// smooth turns a signed distance in pixels into coverage: an edge is one pixel wide.
func smooth(d float64) float64 { return min(1, max(0, 0.5-d)) }

func blend(dst *[3]float64, colour [3]float64, share float64) {
	for c := range dst {
		dst[c] += float64(share * (colour[c] - dst[c]))
	}
}

// irwinHall makes three values of about unit variance, each a sum of three 7-bit uniforms, from one
// draw.
func irwinHall(bits uint64) (out [3]float64) {
	const mean, deviation = 3 * 127 / 2.0, 64
	for c := range out {
		sum := bits&127 + bits>>7&127 + bits>>14&127
		out[c] = (float64(sum) - mean) / deviation
		bits >>= 21
	}
	return out
}

// quantise rounds a brightness in [0,1] to 8 bits and clips it.
func quantise(v float64) uint8 { return uint8(min(255, max(0, float64(v*255)+0.5))) }
