package augment

import (
	"math"

	"protobench/internal/kernel"
)

// axis holds, for each output position along one side, the input positions that it mixes: taps
// weights from first on. Its memory is kept for the next crop.
type axis struct {
	taps   int
	first  []int
	weight []float32 // [len(first), taps]
}

// resample fills the axis with bilinear weights from in to out positions with half-pixel centres
// (torch.nn.functional.interpolate, align_corners false). With antialias the triangle is stretched
// by in/out where the output is smaller. Weights are renormalised at the borders, which equals
// clamping.
func (a *axis) resample(in, out int, antialias bool) {
	scale := float64(in) / float64(out)
	support := 1.0
	if antialias {
		support = math.Max(1, scale)
	}
	a.taps = min(in, int(math.Ceil(2*support)))
	a.first, a.weight = a.first[:0], a.weight[:0]
	for i := range out {
		centre := float64((float64(i) + 0.5) * scale)
		first := int(math.Floor(centre-support-0.5)) + 1
		a.first = append(a.first, min(max(first, 0), in-a.taps))
		a.triangle(centre, support)
	}
}

// triangle appends the normalised weights of the newest position.
func (a *axis) triangle(centre, support float64) {
	first, at, sum := a.first[len(a.first)-1], len(a.weight), 0.0
	for j := range a.taps {
		w := math.Max(0, 1-math.Abs(float64(first+j)+0.5-centre)/support)
		sum += w
		a.weight = append(a.weight, float32(w))
	}
	for j := at; j < len(a.weight); j++ {
		a.weight[j] /= float32(sum)
	}
}

// mirror turns the axis round: the same positions, last first.
func (a *axis) mirror() {
	for i, j := 0, len(a.first)-1; i < j; i, j = i+1, j-1 {
		a.first[i], a.first[j] = a.first[j], a.first[i]
		for k := range a.taps {
			v, w := &a.weight[i*a.taps+k], &a.weight[j*a.taps+k]
			*v, *w = *w, *v
		}
	}
}

// resizedCrop makes planes [C,h,w] of the view's size of a box of an image [H,W,C], bilinearly, and
// antialiased where that reduces it, which only local crops can be; with flip it is mirrored.
func (s *scratch) resizedCrop(dst []float32, image []uint8, in, out Input, b box, flip bool) {
	s.across.resample(b.width, out.Width, true)
	s.down.resample(b.height, out.Height, true)
	if flip {
		s.across.mirror()
	}
	stride := in.Width * in.Channels
	rows := s.image[:b.height*stride]
	kernel.Levels(rows, image[b.top*stride:])
	resize(dst, rows[b.left*in.Channels:], s.wide, stride, b.height, in.Channels, &s.across, &s.down)
}

// resize mixes rows of stride values of src, pixels of some channels, first along the columns into
// planes wide, [channels,rows,len(across.first)], then along the rows into dst,
// [channels,len(down.first),len(across.first)].
func resize(dst, src, wide []float32, stride, rows, channels int, across, down *axis) {
	width := len(across.first)
	for row := range rows {
		line := src[row*stride:]
		if channels == 3 && across.taps == 2 {
			mixPixelPairs(wide[row*width:], line, rows*width, across)
			continue
		}
		for c := range channels {
			mixColumns(wide[(c*rows+row)*width:], line[c:], channels, across)
		}
	}
	for c := range channels {
		plane := wide[c*rows*width:]
		for i, first := range down.first {
			out := dst[(c*len(down.first)+i)*width:][:width]
			mixRows(out, plane[first*width:], down.weight[i*down.taps:(i+1)*down.taps])
		}
	}
}

// mixRows adds multiples of successive rows.
func mixRows(dst, src, weights []float32) {
	if len(weights) == 2 { // every crop that is not reduced
		kernel.Combine(dst, src, src[len(dst):], weights[0], weights[1])
		return
	}
	for j, w := range weights {
		addScaled(dst, src[j*len(dst):], w, j == 0)
	}
}

// mixPixelPairs is mixColumns for three channels, into planes so far apart, and two taps: every
// crop that is not reduced.
func mixPixelPairs(dst, src []float32, apart int, a *axis) {
	n := len(a.first)
	r, g, b, weight := dst[:n], dst[apart:][:n], dst[2*apart:][:n], a.weight[:2*n]
	for i, first := range a.first {
		v, u, p := weight[2*i], weight[2*i+1], src[3*first:][:6]
		r[i] = float32(v*p[0]) + float32(u*p[3])
		g[i] = float32(v*p[1]) + float32(u*p[4])
		b[i] = float32(v*p[2]) + float32(u*p[5])
	}
}

// mixColumns mixes values of src, so many apart.
func mixColumns(dst, src []float32, apart int, a *axis) {
	for i, first := range a.first {
		sum := float32(0)
		for j, w := range a.weight[i*a.taps : (i+1)*a.taps] {
			sum += float32(w * src[(first+j)*apart])
		}
		dst[i] = sum
	}
}
