package augment

import "math"

// axis holds, for each output position along one side, the input positions that it mixes: taps weights from first
// on. Its memory is kept for the next crop.
type axis struct {
	taps   int
	first  []int
	weight []float32 // [len(first), taps]
}

// resample fills the axis with bilinear weights from in to out positions with half-pixel centres
// (torch.nn.functional.interpolate, align_corners false). With antialias the triangle is stretched by in/out where
// the output is smaller. Weights are renormalised at the borders, which equals clamping.
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

// resizedCrop resizes the box of an image to the view's size, bilinearly, and antialiased where that reduces it, which only
// local crops can be.
func (s *scratch) resizedCrop(dst, src []float32, in, out Input, b box) {
	s.across.resample(b.width, out.Width, true)
	s.down.resample(b.height, out.Height, true)
	start := (b.top*in.Width + b.left) * in.Channels
	resize(dst, src[start:], s.wide, in.Width*in.Channels, b.height, in.Channels, &s.across, &s.down)
}

// resize mixes rows of stride values of src first along the columns into wide, [rows,len(across.first),channels],
// then along the rows into dst, [len(down.first),len(across.first),channels].
func resize(dst, src, wide []float32, stride, rows, channels int, across, down *axis) {
	width := len(across.first) * channels
	mix := mixColumns
	if channels == 3 && across.taps == 2 {
		mix = mixPixelPairs
	}
	for row := range rows {
		mix(wide[row*width:(row+1)*width], src[row*stride:], channels, across)
	}
	for i, first := range down.first {
		out := dst[i*width : (i+1)*width]
		weights := down.weight[i*down.taps : (i+1)*down.taps]
		scaleRow(out, wide[first*width:], weights[0])
		for j, w := range weights[1:] {
			addRow(out, wide[(first+1+j)*width:], w)
		}
	}
}

// mixPixelPairs is mixColumns for three channels and two taps: every crop that is not reduced.
func mixPixelPairs(dst, src []float32, _ int, a *axis) {
	for i, first := range a.first {
		v, u := a.weight[2*i], a.weight[2*i+1]
		p, out := src[3*first:3*first+6], dst[3*i:3*i+3]
		out[0] = float32(v*p[0]) + float32(u*p[3])
		out[1] = float32(v*p[1]) + float32(u*p[4])
		out[2] = float32(v*p[2]) + float32(u*p[5])
	}
}

func mixColumns(dst, src []float32, channels int, a *axis) {
	for i, first := range a.first {
		weights := a.weight[i*a.taps : (i+1)*a.taps]
		for c := range channels {
			sum := float32(0)
			for j, w := range weights {
				sum += float32(w * src[(first+j)*channels+c])
			}
			dst[i*channels+c] = sum
		}
	}
}

func scaleRow(dst, src []float32, w float32) {
	src = src[:len(dst)]
	for i, x := range src {
		dst[i] = w * x
	}
}

func addRow(dst, src []float32, w float32) {
	src = src[:len(dst)]
	for i, x := range src {
		dst[i] += float32(w * x)
	}
}
