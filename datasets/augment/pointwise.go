package augment

import "protobench/internal/kernel"

// unit is an 8-bit level on the scale 0..1.
func unit(level uint8) float32 { return float32(level) / 255 }

// normalize writes the pixels [H,W,channels] of an image of planes as (x - mean)·(1/std) per
// channel.
func normalize(dst, src []float32, channels int, mean, invert [3]float32) {
	if channels == 3 {
		r, g, b := rgb(src)
		kernel.Interleave(dst, r, g, b, mean, invert)
		return
	}
	for i, v := range src {
		dst[i] = (v - mean[0]) * invert[0]
	}
}

// threshold is the level, 128 of 255, from which on solarization inverts.
const threshold = 128.0 / 255
