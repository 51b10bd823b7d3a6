package augment

import "math"

// gaussian fills k, of odd length, with exp(-(j-(len-1)/2)²/(2σ²)) normalised to sum 1 (torchvision's
// gaussian_blur).
func gaussian(k []float32, sigma float64) {
	sum, half := 0.0, float64(len(k)-1)/2
	for j := range k {
		sum += bell(float64(j)-half, sigma)
	}
	for j := range k {
		k[j] = float32(bell(float64(j)-half, sigma) / sum)
	}
}

func bell(x, sigma float64) float64 { return math.Exp(-x * x / (2 * sigma * sigma)) }

func kernel3(sigma float64) (k [3]float32) {
	gaussian(k[:], sigma)
	return k
}

// blur convolves an image [H,W,C] with the kernels kx along the columns and ky along the rows; the border is
// reflected without repeating its pixel. dst may be src; tmp holds one image.
func blur(dst, src, tmp []float32, in Input, kx, ky []float32) {
	width := in.Width * in.Channels
	for row := range in.Height {
		blurRow(tmp[row*width:(row+1)*width], src[row*width:(row+1)*width], in, kx)
	}
	for row := range in.Height {
		out := dst[row*width : (row+1)*width]
		for j, w := range ky {
			from := tmp[reflect(row+j-len(ky)/2, in.Height)*width:]
			if j == 0 {
				scaleRow(out, from, w)
			} else {
				addRow(out, from, w)
			}
		}
	}
}

// blurRow adds shifted copies of the row: what lies inside at once, the reflected ends value by value.
func blurRow(dst, src []float32, in Input, k []float32) {
	clear(dst)
	for j, w := range k {
		shift := j - len(k)/2
		from := min(in.Width, max(0, -shift))
		to := max(from, min(in.Width, in.Width-shift))
		blurEnd(dst, src, in, 0, from, shift, w)
		addRow(dst[from*in.Channels:to*in.Channels], src[min(len(src), (from+shift)*in.Channels):], w)
		blurEnd(dst, src, in, to, in.Width, shift, w)
	}
}

// blurEnd adds the columns from..to, whose sources lie outside the row.
func blurEnd(dst, src []float32, in Input, from, to, shift int, w float32) {
	for col := from; col < to; col++ {
		at := reflect(col+shift, in.Width)
		addRow(dst[col*in.Channels:(col+1)*in.Channels], src[at*in.Channels:], w)
	}
}

// reflect mirrors an index at the ends of [0,n).
func reflect(i, n int) int {
	if n == 1 {
		return 0
	}
	for i < 0 || i >= n {
		if i = max(i, -i); i >= n {
			i = 2*(n-1) - i
		}
	}
	return i
}
