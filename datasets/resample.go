package datasets

import "math"

// fit scales an image until its shorter side is size and cuts the middle square out, as torchvision's Resize(size) and
// CenterCrop(size) do on Pillow's images.
func (r *raster) fit(size int) *raster {
	w, h := size, size
	if r.width < r.height {
		h = size * r.height / r.width
	} else {
		w = size * r.width / r.height
	}
	return r.resize(w, h).crop(size)
}

// crop cuts the middle square out.
func (r *raster) crop(size int) *raster {
	left, top := int(math.RoundToEven(float64(r.width-size)/2)), int(math.RoundToEven(float64(r.height-size)/2))
	out := &raster{size, size, r.channels, make([]uint8, size*size*r.channels)}
	for y := range size {
		copy(out.pix[y*size*r.channels:][:size*r.channels], r.pix[((top+y)*r.width+left)*r.channels:])
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

// lineWeights are Pillow's for its bilinear filter: a triangle that grows with the scale, so that nothing is skipped.
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

// resize scales an image, rows first, to the same bits as Pillow's resize with Image.BILINEAR.
func (r *raster) resize(width, height int) *raster {
	if width == r.width && height == r.height {
		return r
	}
	c := r.channels
	wide := r
	if width != r.width {
		wide = &raster{width, r.height, c, make([]uint8, width*r.height*c)}
		for x, w := range lineWeights(r.width, width) {
			for y := range r.height {
				for k := range c {
					wide.pix[(y*width+x)*c+k] = w.mix(r.pix[y*r.width*c+k:], c)
				}
			}
		}
	}
	if height == r.height {
		return wide
	}
	out := &raster{width, height, c, make([]uint8, width*height*c)}
	for y, w := range lineWeights(r.height, height) {
		for x := range width * c {
			out.pix[y*width*c+x] = w.mix(wide.pix[x:], width*c)
		}
	}
	return out
}
