package shapes

import (
	"math"
	"math/rand/v2"
)

// cell is the spacing of the texture's lattice, in pixels.
const cell = 4

// lattice is a texture: random values on a coarse grid, bilinear in between (value noise), in
// [-1,1].
type lattice [Side/cell + 1][Side/cell + 1]float64

func (l *lattice) fill(r *rand.Rand) {
	for i := range l {
		for j := range l[i] {
			l[i][j] = uniform(r, -1, 1)
		}
	}
}

// canvas holds what is painted of one image before it is 8 bits; it is used again for the next.
type canvas struct {
	texture [Side][Side]float64
	share   [Side][Side]float64 // of each pixel that the glyph's copies cover
	rgb     [Side][Side][3]float64
}

// Painter paints one image after another. It is not for two goroutines at once.
type Painter struct {
	on    canvas
	grain rand.PCG
}

// Paint draws an image of a silhouette, in the mode-th of its arrangements, into dst
// [Side,Side,3]. All else is drawn from r.
func (p *Painter) Paint(dst []uint8, r *rand.Rand, shown Silhouette, mode int) {
	s := draw(r, shown, shown.layout(mode))
	p.grain.Seed(r.Uint64(), r.Uint64())
	s.render(dst, &p.on, &p.grain)
}

// render paints a scene into one image, [Side,Side,3]. grain draws the pixel noise.
//
// A stroke or a copy visits the pixels that it can reach and no others: where nothing is covered, a
// blend changes no bit. What depends on the row or the column alone is computed once.
func (s *scene) render(dst []uint8, on *canvas, grain *rand.PCG) {
	s.texture.spread(&on.texture)
	for row := range Side {
		for col := range Side {
			on.rgb[row][col] = s.back.at(on.texture[row][col])
		}
	}
	for i := range s.blobs {
		s.blobs[i].paint(&on.rgb)
	}
	s.cover(&on.share)
	for row := range Side {
		for col, share := range on.share[row] {
			if share > 0 {
				blend(&on.rgb[row][col], s.fore.at(on.texture[row][col]), share)
			}
		}
	}
	s.expose(dst, &on.rgb, grain)
}

// spread interpolates the texture to every pixel: along the lattice's rows first.
func (l *lattice) spread(to *[Side][Side]float64) {
	var lines [len(l)][Side]float64
	for i := range l {
		for col := range Side {
			j, u := col/cell, float64(col%cell)/cell
			lines[i][col] = l[i][j] + float64(u*(l[i][j+1]-l[i][j]))
		}
	}
	for row := range Side {
		top, bottom, v := &lines[row/cell], &lines[row/cell+1], float64(row%cell)/cell
		for col := range Side {
			to[row][col] = top[col] + float64(v*(bottom[col]-top[col]))
		}
	}
}

func (p *paint) at(texture float64) [3]float64 {
	return [3]float64{
		p.base[0] + float64(p.shift[0]*texture),
		p.base[1] + float64(p.shift[1]*texture),
		p.base[2] + float64(p.shift[2]*texture),
	}
}

// reach is the range of pixels whose centres are between two places, and one more on each side.
func reach(low, high float64) (first, end int) {
	return min(Side, max(0, int(low)-1)), min(Side, max(0, int(high)+2))
}

// paint blends a stroke into the pixels that it covers.
func (b *blob) paint(rgb *[Side][Side][3]float64) {
	wide := b.radius + 0.5
	top, bottom := reach(min(b.ay, b.by)-wide, max(b.ay, b.by)+wide)
	left, right := reach(min(b.ax, b.bx)-wide, max(b.ax, b.bx)+wide)
	for row := top; row < bottom; row++ {
		for col := left; col < right; col++ {
			x, y := float64(col)+0.5, float64(row)+0.5
			if share := smooth(segment(x, y, b.ax, b.ay, b.bx, b.by) - b.radius); share > 0 {
				blend(&rgb[row][col], b.colour, share)
			}
		}
	}
}

// cover computes the share of each pixel that the silhouette's copies cover.
func (s *scene) cover(share *[Side][Side]float64) {
	*share = [Side][Side]float64{}
	for i := range s.copies {
		p, glyph := &s.copies[i], &s.shown[i%2]
		const edge = 1.3 // of the square around a glyph, beyond which it is not asked
		wide := edge * (math.Abs(p.cos) + math.Abs(p.sin)) / p.inverse
		top, bottom := reach(p.y-wide, p.y+wide)
		left, right := reach(p.x-wide, p.x+wide)
		for row := top; row < bottom; row++ {
			y := float64((float64(row) + 0.5 - p.y) * p.inverse)
			for col := left; col < right; col++ {
				gx, gy := rotate(float64((float64(col)+0.5-p.x)*p.inverse), y, p.cos, -p.sin)
				if math.Abs(gx) >= edge || math.Abs(gy) >= edge {
					continue
				}
				if d := glyph.distance(p.mirror*gx, gy); d < p.inverse { // less than a pixel away
					share[row][col] = max(share[row][col], smooth(d/p.inverse))
				}
			}
		}
	}
}

// expose lights the painted image, adds the pixel noise and rounds to 8 bits.
func (s *scene) expose(dst []uint8, rgb *[Side][Side][3]float64, grain *rand.PCG) {
	noise := s.grains()
	var across [Side]float64
	for col := range across {
		across[col] = 1 + float64(s.light[0]*(float64(col)+0.5-Side/2))
	}
	for row := range Side {
		down := float64(s.light[1] * (float64(row) + 0.5 - Side/2))
		for col := range Side {
			light, bits := across[col]+down, grain.Uint64()
			v, out := &rgb[row][col], dst[3*(row*Side+col):][:3]
			out[0] = quantise(float64(v[0]*light) + noise[irwinHall(bits)])
			out[1] = quantise(float64(v[1]*light) + noise[irwinHall(bits>>21)])
			out[2] = quantise(float64(v[2]*light) + noise[irwinHall(bits>>42)])
		}
	}
}

// smooth turns a signed distance in pixels into coverage: an edge is one pixel wide.
func smooth(d float64) float64 { return min(1, max(0, 0.5-d)) }

func blend(dst *[3]float64, colour [3]float64, share float64) {
	dst[0] += float64(share * (colour[0] - dst[0]))
	dst[1] += float64(share * (colour[1] - dst[1]))
	dst[2] += float64(share * (colour[2] - dst[2]))
}

// irwinHall is a sum of three 7-bit uniforms, out of the lowest 21 bits of a draw: nearly normal.
func irwinHall(bits uint64) uint64 { return bits&127 + bits>>7&127 + bits>>14&127 }

// grains are the pixel noises of a scene by what irwinHall drew.
func (s *scene) grains() (out [3*127 + 1]float64) {
	const mean, deviation = 3 * 127 / 2.0, 64
	for sum := range out {
		out[sum] = float64(s.noise * ((float64(sum) - mean) / deviation))
	}
	return out
}

// quantise rounds a brightness in [0,1] to 8 bits and clips it.
func quantise(v float64) uint8 { return uint8(min(255, max(0, int(float64(v*255)+0.5)))) }
