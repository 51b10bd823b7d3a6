package augment

// unit is an 8-bit level on the scale 0..1.
func unit(level uint8) float32 { return float32(level) / 255 }

// hflip mirrors each row of an image [H,W,C] in place.
func hflip(x []float32, in Input) {
	width := in.Width * in.Channels
	for row := range in.Height {
		line := x[row*width : (row+1)*width]
		for i, j := 0, width-in.Channels; i < j; i, j = i+in.Channels, j-in.Channels {
			for c := range in.Channels {
				line[i+c], line[j+c] = line[j+c], line[i+c]
			}
		}
	}
}

// normalize writes (x - mean)·(1/std) per channel.
func normalize(dst, src []float32, channels int, mean, invert [3]float32) {
	if channels == 1 {
		for i, v := range src {
			dst[i] = (v - mean[0]) * invert[0]
		}
		return
	}
	for i := 0; i+2 < len(src); i += 3 {
		dst[i] = (src[i] - mean[0]) * invert[0]
		dst[i+1] = (src[i+1] - mean[1]) * invert[1]
		dst[i+2] = (src[i+2] - mean[2]) * invert[2]
	}
}

// solarize inverts the values from threshold on, in place: x ≥ threshold becomes 1 - x.
func solarize(x []float32, threshold float32) {
	for i, v := range x {
		if v >= threshold {
			x[i] = 1 - v
		}
	}
}
