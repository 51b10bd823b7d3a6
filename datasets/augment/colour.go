package augment

// luma is the gray value of a pixel with the weights that torchvision uses (ITU-R BT.601, four digits).
func luma(r, g, b float32) float32 {
	return float32(0.2989*r) + float32(0.587*g) + float32(0.114*b)
}

// clamp keeps x in [0,1]. Plain comparisons: the built-in min and max also order signed zeros, which costs time.
func clamp(x float32) float32 {
	if x < 0 {
		return 0
	}
	if x > 1 {
		return 1
	}
	return x
}

// jitter applies the operations of colour jitter in the given order to an image [H,W,channels] in [0,1]. A gray image
// has neither saturation nor hue.
func jitter(x []float32, channels int, order [4]int, factor [4]float32) {
	for _, op := range order {
		switch {
		case op == brightness:
			adjustBrightness(x, factor[op])
		case op == contrast:
			adjustContrast(x, channels, factor[op])
		case channels != 3:
		case op == saturation:
			adjustSaturation(x, factor[op])
		case op == hue && factor[op] != 0:
			adjustHue(x, factor[op])
		}
	}
}

// adjustBrightness is clamp(f·x).
func adjustBrightness(x []float32, f float32) {
	for i, v := range x {
		x[i] = clamp(f * v)
	}
}

// adjustContrast is clamp(f·x + (1-f)·m) with the mean gray m of the whole image.
func adjustContrast(x []float32, channels int, f float32) {
	offset := float32((1 - f) * meanGray(x, channels))
	for i, v := range x {
		x[i] = clamp(float32(f*v) + offset)
	}
}

func meanGray(x []float32, channels int) float32 {
	sum := float32(0)
	if channels == 1 {
		for _, v := range x {
			sum += v
		}
		return sum / float32(len(x))
	}
	for i := 0; i+2 < len(x); i += 3 {
		sum += luma(x[i], x[i+1], x[i+2])
	}
	return sum / float32(len(x)/3)
}

// adjustSaturation is clamp(f·x + (1-f)·gray) with the gray of each pixel.
func adjustSaturation(x []float32, f float32) {
	for i := 0; i+2 < len(x); i += 3 {
		offset := float32((1 - f) * luma(x[i], x[i+1], x[i+2]))
		x[i] = clamp(float32(f*x[i]) + offset)
		x[i+1] = clamp(float32(f*x[i+1]) + offset)
		x[i+2] = clamp(float32(f*x[i+2]) + offset)
	}
}

// grayscale replaces every channel by the pixel's gray. A gray image stays.
func grayscale(x []float32, channels int) {
	if channels != 3 {
		return
	}
	for i := 0; i+2 < len(x); i += 3 {
		g := luma(x[i], x[i+1], x[i+2])
		x[i], x[i+1], x[i+2] = g, g, g
	}
}
