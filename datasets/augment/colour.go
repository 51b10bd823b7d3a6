package augment

import "protobench/internal/kernel"

// jitter applies the operations of colour jitter in the given order to an image of planes in [0,1].
// A neutral factor leaves the image as it is, and a gray image has neither saturation nor hue. room
// holds one plane.
func jitter(x []float32, channels int, order [4]int, factor [4]float32, room []float32) {
	for _, op := range order {
		switch {
		case factor[op] == neutral(op):
		case op == brightness:
			adjustBrightness(x, factor[op])
		case op == contrast:
			adjustContrast(x, channels, factor[op], room)
		case channels != 3:
		case op == saturation:
			adjustSaturation(x, factor[op])
		case op == hue:
			adjustHue(x, factor[op])
		}
	}
}

// neutral is the factor with which an operation changes nothing.
func neutral(op int) float32 {
	if op == hue {
		return 0
	}
	return 1
}

// rgb are the three planes of an image.
func rgb(x []float32) (r, g, b []float32) {
	n := len(x) / 3
	return x[:n], x[n : 2*n], x[2*n : 3*n]
}

// adjustBrightness is f·x, cut to [0,1].
func adjustBrightness(x []float32, f float32) { kernel.Clamped(x, f, 0) }

// adjustContrast is f·x + (1-f)·m, cut to [0,1], with the mean gray m of the whole image.
func adjustContrast(x []float32, channels int, f float32, room []float32) {
	gray := x
	if channels == 3 {
		r, g, b := rgb(x)
		gray = room[:len(r)]
		kernel.Luma(gray, r, g, b)
	}
	mean := float32(kernel.Sum(gray) / float64(len(gray)))
	kernel.Clamped(x, f, (1-f)*mean)
}

// adjustSaturation is f·x + (1-f)·gray, cut to [0,1], with the gray of each pixel.
func adjustSaturation(x []float32, f float32) {
	r, g, b := rgb(x)
	kernel.Saturate(r, g, b, f)
}

// adjustHue turns the hue of each pixel by f turns, f in [-0.5,0.5], in the HSV space.
func adjustHue(x []float32, f float32) {
	sixths := float32(6 * f)
	if sixths < 0 {
		sixths += 6
	}
	r, g, b := rgb(x)
	kernel.TurnHue(r, g, b, sixths)
}

// grayscale replaces every channel by the pixel's gray. A gray image stays.
func grayscale(x []float32, channels int) {
	if channels != 3 {
		return
	}
	r, g, b := rgb(x)
	kernel.Luma(r, r, g, b)
	copy(g, r)
	copy(b, r)
}
