package augment

import "math"

// source gives uniform draws in [0,1): a random stream, or a list of numbers in tests.
type source interface{ Float64() float64 }

// box is a crop: the first row and column, and the size, in pixels.
type box struct{ top, left, height, width int }

// The operations of colour jitter, in the order of their factors.
const (
	brightness = iota
	contrast
	saturation
	hue
)

// params is all that is random in one view.
type params struct {
	crop         box
	flip, jitter bool
	order        [4]int // of the jitter's operations
	factor       [4]float32
	gray         bool
	sigma        float64 // of the blur, in pixels; 0: no blur
	solarize     bool
}

// sample draws a view's parameters. What takes one draw comes first and is always drawn, whether it
// is used or not, so that a setting which switches one thing off leaves all others of every view as
// they were; the crop, which takes as many draws as it needs, comes last.
func sample(r source, c *Config, in Input) params {
	var p params
	p.flip = r.Float64() < c.Flip
	p.jitter = r.Float64() < c.JitterProb
	p.order = permutation(r)
	p.factor = factors(r, [4]float64{c.Brightness, c.Contrast, c.Saturation, c.Hue})
	p.gray = r.Float64() < c.Grayscale
	blurred, sigma := r.Float64() < c.Blur, between(r, 0.1, 2)
	if blurred {
		p.sigma = sigma
	}
	p.solarize = r.Float64() < c.Solarize
	p.crop = cropBox(r, in.Height, in.Width, [2]float64{c.CropMin, c.CropMax}, [2]float64{3.0 / 4, 4.0 / 3})
	return p
}

// cropBox draws the box of a random resized crop as torchvision does
// (RandomResizedCrop.get_params): a uniform area and a log-uniform aspect ratio, rejected while the
// box does not fit, ten times; then the largest central box whose ratio is allowed.
func cropBox(r source, height, width int, scale, ratio [2]float64) box {
	area := float64(height * width)
	low, high := math.Log(ratio[0]), math.Log(ratio[1])
	for range 10 {
		target := area * between(r, scale[0], scale[1])
		aspect := math.Exp(between(r, low, high))
		w := int(math.RoundToEven(math.Sqrt(target * aspect)))
		h := int(math.RoundToEven(math.Sqrt(target / aspect)))
		if 0 < w && w <= width && 0 < h && h <= height {
			top := int(r.Float64() * float64(height-h+1))
			left := int(r.Float64() * float64(width-w+1))
			return box{top, left, h, w}
		}
	}
	return centralBox(height, width, ratio)
}

func centralBox(height, width int, ratio [2]float64) box {
	h, w := height, width
	switch aspect := float64(width) / float64(height); {
	case aspect < ratio[0]:
		h = min(height, max(1, int(math.RoundToEven(float64(w)/ratio[0]))))
	case aspect > ratio[1]:
		w = min(width, max(1, int(math.RoundToEven(float64(h)*ratio[1]))))
	}
	return box{(height - h) / 2, (width - w) / 2, h, w}
}

// factors draws the factors of colour jitter (torchvision's ColorJitter): within 1 ± strength and
// not below 0, the hue within ± strength. A strength of 0 gives the neutral factor, and takes its
// draw all the same.
func factors(r source, strength [4]float64) (out [4]float32) {
	for op, x := range strength {
		low, high := jitterRange(op, x)
		out[op] = float32(between(r, low, high))
	}
	return out
}

func jitterRange(op int, strength float64) (low, high float64) {
	if op == hue {
		return -strength, strength
	}
	return math.Max(0, 1-strength), 1 + strength
}

// permutation draws a uniform order of the four operations (Fisher and Yates).
func permutation(r source) [4]int {
	out := [4]int{brightness, contrast, saturation, hue}
	for i := 3; i > 0; i-- {
		j := int(r.Float64() * float64(i+1))
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func between(r source, low, high float64) float64 { return low + float64((high-low)*r.Float64()) }
