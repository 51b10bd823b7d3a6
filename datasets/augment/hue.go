package augment

// adjustHue turns the hue of each pixel by f turns, f in [-0.5,0.5], in the HSV space: value (the largest channel)
// and chroma (largest less smallest) stay.
func adjustHue(x []float32, f float32) {
	shift := float32(6 * f)
	if shift < 0 {
		shift += 6
	}
	for i := 0; i+2 < len(x); i += 3 {
		high, chroma, h := hexcone(x[i], x[i+1], x[i+2])
		if chroma == 0 {
			continue
		}
		if h += shift; h >= 6 {
			h -= 6
		}
		x[i], x[i+1], x[i+2] = fromHexcone(high, chroma, h)
	}
}

// hexcone returns value, chroma and hue in sixths of a turn, [0,6).
func hexcone(r, g, b float32) (high, chroma, h float32) {
	high = max(r, g, b)
	chroma = high - min(r, g, b)
	if chroma == 0 {
		return high, 0, 0
	}
	switch high {
	case r:
		h = (g - b) / chroma
		if h < 0 {
			h += 6
		}
	case g:
		h = 2 + (b-r)/chroma
	default:
		h = 4 + (r-g)/chroma
	}
	return high, chroma, h
}

// fromHexcone is hexcone's inverse.
func fromHexcone(high, chroma, h float32) (r, g, b float32) {
	sector := int(h)
	low, part := high-chroma, float32(chroma*(h-float32(sector)))
	rising, falling := low+part, high-part
	switch sector {
	case 0:
		return high, rising, low
	case 1:
		return falling, high, low
	case 2:
		return low, high, rising
	case 3:
		return low, falling, high
	case 4:
		return rising, low, high
	default:
		return high, low, falling
	}
}
