package encoded

import (
	"math"
)

// fit scales an image until its shorter side is size and cuts the middle square out, as
// torchvision's Resize(size) and CenterCrop(size) do on Pillow's images.
func (r *Raster) fit(size int) *Raster {
	w, h := size, size
	if r.Width < r.Height {
		h = size * r.Height / r.Width
	} else {
		w = size * r.Width / r.Height
	}
	return r.Resize(w, h).crop(size)
}

// crop cuts the middle square out.
func (r *Raster) crop(size int) *Raster {
	left, top := int(math.RoundToEven(float64(r.Width-size)/2)), int(math.RoundToEven(float64(r.Height-size)/2))
	out := &Raster{size, size, r.Channels, make([]uint8, size*size*r.Channels)}
	for y := range size {
		copy(out.Pix[y*size*r.Channels:][:size*r.Channels], r.Pix[((top+y)*r.Width+left)*r.Channels:])
	}
	return out
}

// weightBits is the precision of a weight.
const weightBits = 22

// weights are those of the pixels that one pixel of a scaled line is made of.
type weights struct {
	from int
	w    []int
}

// lineWeights are Pillow's for its bilinear filter: a triangle that grows with the scale, so that
// nothing is skipped.
func lineWeights(from, to int) []weights {
	scale := float64(from) / float64(to)
	support := max(scale, 1)
	out := make([]weights, to)
	for i := range out {
		centre := float64((float64(i) + 0.5) * scale)
		low, high := max(int(centre-support+0.5), 0), min(int(centre+support+0.5), from)
		line, sum := make([]float64, high-low), 0.0
		for x := range line {
			line[x] = max(0, 1-math.Abs((float64(x+low)-centre+0.5)/support))
			sum += line[x]
		}
		out[i] = weights{low, make([]int, len(line))}
		for x, v := range line {
			out[i].w[x] = int(0.5 + float64(v/sum*(1<<weightBits)))
		}
	}
	return out
}

// mix is the weighted mean of values that are stride apart.
func (w weights) mix(pix []uint8, stride int) uint8 {
	sum := 1 << (weightBits - 1)
	for i, k := range w.w {
		sum += k * int(pix[(w.from+i)*stride])
	}
	return uint8(min(max(sum>>weightBits, 0), 255))
}

// Resize scales an image, rows first, to the same bits as Pillow's resize with Image.BILINEAR.
func (r *Raster) Resize(width, height int) *Raster {
	if width == r.Width && height == r.Height {
		return r
	}
	c := r.Channels
	wide := r
	if width != r.Width {
		wide = &Raster{width, r.Height, c, make([]uint8, width*r.Height*c)}
		for x, w := range lineWeights(r.Width, width) {
			for y := range r.Height {
				for k := range c {
					wide.Pix[(y*width+x)*c+k] = w.mix(r.Pix[y*r.Width*c+k:], c)
				}
			}
		}
	}
	if height == r.Height {
		return wide
	}
	out := &Raster{width, height, c, make([]uint8, width*height*c)}
	for y, w := range lineWeights(r.Height, height) {
		for x := range width * c {
			out.Pix[y*width*c+x] = w.mix(wide.Pix[x:], width*c)
		}
	}
	return out
}
