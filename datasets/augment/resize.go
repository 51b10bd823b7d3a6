package augment

import (
	"math"

	"protobench/internal/kernel"
)

// filter says how images are resized.
type filter struct{ cubic, antialias bool }

// weight is the filter at a distance from its centre: a triangle of half width 1, or the cubic
// convolution (Keys 1981) of half width 2 with PyTorch's and Pillow's coefficients.
func (f filter) weight(x float64) float64 {
	x = math.Abs(x)
	if !f.cubic {
		return math.Max(0, 1-x)
	}
	a := -0.75
	if f.antialias {
		a = -0.5
	}
	switch {
	case x < 1:
		return float64(float64(float64(float64((a+2)*x)-(a+3))*x)*x) + 1
	case x < 2:
		return a * float64(float64(float64(float64(float64((x-5)*x)+8)*x))-4)
	}
	return 0
}

// axis holds, for each output position along one side, the input positions that it mixes: taps
// weights from first on. Its memory is kept for the next crop.
type axis struct {
	taps   int
	first  []int
	weight []float32 // [len(first), taps]
}

// resample fills the axis with weights from in to out positions with half-pixel centres
// (torch.nn.functional.interpolate, align_corners false). With antialias the filter is stretched by
// in/out where the output is smaller, and weights are renormalised at the borders; without, the
// borders are clamped, which for the triangle is the same.
func (a *axis) resample(in, out int, f filter) {
	scale := float64(in) / float64(out)
	stretch, half := 1.0, 1.0
	if f.cubic {
		half = 2
	}
	if f.antialias {
		stretch = math.Max(1, scale)
	}
	window := int(math.Ceil(2 * half * stretch))
	a.taps = min(in, window)
	a.first, a.weight = a.first[:0], a.weight[:0]
	for i := range out {
		centre := float64((float64(i) + 0.5) * scale)
		from := int(math.Floor(centre-float64(half*stretch)-0.5)) + 1
		a.first = append(a.first, min(max(from, 0), in-a.taps))
		a.weigh(f, in, from, window, centre, stretch)
	}
}

// weigh appends the weights of the newest position, whose filter covers window inputs of in from
// one on.
func (a *axis) weigh(f filter, in, from, window int, centre, stretch float64) {
	at := len(a.weight)
	for range a.taps {
		a.weight = append(a.weight, 0)
	}
	weights, first, sum := a.weight[at:], a.first[len(a.first)-1], 0.0
	for p := from; p < from+window; p++ {
		inside := min(max(p, 0), in-1)
		if p != inside && (f.antialias || !f.cubic) {
			continue
		}
		w := f.weight((float64(p) + 0.5 - centre) / stretch)
		sum += w
		weights[inside-first] += float32(w)
	}
	for j := range weights {
		weights[j] /= float32(sum)
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

// resizer resizes parts of images in planes: columns first, some rows at a time, then rows.
type resizer struct {
	across, down axis
	rows         kernel.Resampler
	from         int       // where a plane of wide ends and the next one begins
	wide         []float32 // [channels, height of the part, width of the output], with room behind each plane
}

// begin prepares for parts of height×width pixels that become out; with flip they are mirrored.
func (r *resizer) begin(height, width int, out Input, f filter, flip bool) {
	r.across.resample(width, out.Width, f)
	r.down.resample(height, out.Height, f)
	if flip {
		r.across.mirror()
	}
	r.rows.Plan(width, r.across.taps, r.across.first, r.across.weight)
	r.from = height*out.Width + kernel.RowSlack
	if n := out.Channels * r.from; len(r.wide) < n {
		r.wide = make([]float32, n)
	}
}

// take takes some rows of one channel's plane, a pitch apart, from row first on; kernel.RowSlack
// numbers have to follow them. Rows come from top to bottom.
func (r *resizer) take(channel, first, rows int, x []float32, pitch int) {
	width := len(r.across.first)
	r.rows.Rows(r.wide[channel*r.from+first*width:], x, rows, width, pitch)
}

// finish writes the outcome, [channels,h,w], and may write kernel.RowSlack numbers behind it.
func (r *resizer) finish(dst []float32, channels int) {
	width, height := len(r.across.first), len(r.down.first)
	for c := range channels {
		kernel.MixRows(dst[c*height*width:], r.wide[c*r.from:], width, r.down.first, r.down.weight, r.down.taps)
	}
}

// chunk is about how many pixels are turned into planes at a time: few enough for the first cache.
const chunk = 1024

// rowsAtATime is how many rows of images so wide make a chunk.
func rowsAtATime(width int) int { return max(1, chunk/width) }

// resizedCrop makes planes [C,h,w] of the view's size of a box of an image [H,W,C]; with flip it is
// mirrored. Values stay in the range of pixels. kernel.RowSlack numbers have to follow in dst.
func (s *scratch) resizedCrop(dst []float32, image []uint8, in, out Input, b box, f filter, flip bool) {
	s.resizer.begin(b.height, b.width, out, f, flip)
	some := rowsAtATime(in.Width)
	plane := some*in.Width + kernel.RowSlack
	for row := 0; row < b.height; row += some {
		rows := min(some, b.height-row)
		from, n := (b.top+row)*in.Width+b.left, (rows-1)*in.Width+b.width
		pixels := image[from*in.Channels : (from+n)*in.Channels]
		if in.Channels == 3 {
			kernel.Planes(s.pixels[:n], s.pixels[plane:], s.pixels[2*plane:], pixels)
		} else {
			kernel.Levels(s.pixels[:n], pixels)
		}
		for c := range in.Channels {
			s.resizer.take(c, row, rows, s.pixels[c*plane:], in.Width)
		}
	}
	s.resizer.finish(dst, in.Channels)
	if f.cubic {
		kernel.Clamped(dst[:out.size()], 1, 0)
	}
}
