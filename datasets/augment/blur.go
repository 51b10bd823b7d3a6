package augment

import (
	"math"

	"protobench/internal/kernel"
)

// gaussian fills k, of odd length, with exp(-(j-(len-1)/2)²/(2σ²)) normalised to sum 1
// (torchvision's gaussian_blur).
func gaussian(k []float32, sigma float64) {
	sum, half := 0.0, float64(float64(len(k)-1)/2)
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

// blur convolves an image of planes [C,H,W] with the kernels kx along the columns and ky along the
// rows; the border is reflected without repeating its pixel. dst may be src; tmp holds one image.
func blur(dst, src, tmp []float32, in Input, kx, ky []float32) {
	n := in.Height * in.Width
	for at := 0; at < len(src); at += n {
		plane, mid := src[at:at+n], tmp[at:at+n]
		window(mid, plane, 1, kx)
		for row := range in.Height {
			blurEnds(mid[row*in.Width:(row+1)*in.Width], plane[row*in.Width:], kx)
		}
		out := dst[at : at+n]
		window(out, mid, in.Width, ky)
		for row := range in.Height {
			if half := len(ky) / 2; row < half || row >= in.Height-half {
				blurRow(out[row*in.Width:(row+1)*in.Width], mid, row, in, ky)
			}
		}
	}
}

// window adds shifted copies of a plane, step apart, where they all lie inside it: of all rows at
// once, so that what reaches from one row into the next is wrong and is for blurEnds to do.
func window(dst, src []float32, step int, k []float32) {
	half := len(k) / 2 * step
	n := len(dst) - 2*half
	if n <= 0 {
		return
	}
	for j, w := range k {
		addScaled(dst[half:half+n], src[j*step:], w, j == 0)
	}
}

// addScaled adds w·src to dst, or sets dst to it.
func addScaled(dst, src []float32, w float32, set bool) {
	if set {
		kernel.Scale(dst, src, w)
	} else {
		kernel.Axpy(w, src[:len(dst)], dst)
	}
}

// blurEnds does the columns at the ends of a row, whose windows leave it.
func blurEnds(dst, src, k []float32) {
	half := len(k) / 2
	for col := 0; col < len(dst); col++ {
		if col == half && half < len(dst)-half {
			col = len(dst) - half // the first at the other end
		}
		if col == len(dst) {
			break
		}
		dst[col] = 0
		for j, w := range k {
			dst[col] += float32(w * src[reflect(col+j-half, len(dst))])
		}
	}
}

// blurRow does a row at the top or bottom, whose window leaves the plane.
func blurRow(dst, src []float32, row int, in Input, k []float32) {
	for j, w := range k {
		addScaled(dst, src[reflect(row+j-len(k)/2, in.Height)*in.Width:], w, j == 0)
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
