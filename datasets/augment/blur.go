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

// negligible is a share of a kernel that no float32 of a view can show.
const negligible = 1e-9

// trim leaves out the ends of a kernel whose weights are negligible, down to three of them.
func trim(k []float32) []float32 {
	for len(k) > 3 && k[0] < negligible {
		k = k[1 : len(k)-1]
	}
	return k
}

// tenth is SimCLR's side of the kernel: a tenth of the image's, made odd, and at least 3.
func tenth(in Input) int { return 2*max(1, max(in.Height, in.Width)/10/2) + 1 }

// blurRoom is how much room a blur of images of a size needs for kernels of at most so many taps.
func blurRoom(in Input, taps int) int { return 2 * (in.Height + taps) * (in.Width + taps) }

// blur convolves an image of planes [C,H,W] with the kernels kx along the columns and ky along the
// rows; the border is reflected without repeating its pixel. dst may be src; room holds blurRoom
// numbers.
func blur(dst, src, room []float32, in Input, kx, ky []float32) {
	left, top := len(kx)/2, len(ky)/2
	w, n := in.Width, in.Height*in.Width
	pitch := w + 2*left // of rows with their borders; where these were, sums over two rows mean nothing
	padded, mid := room[:in.Height*pitch], room[len(room)/2:][:(in.Height+2*top)*pitch]
	for at := 0; at < len(src); at += n {
		for row := range in.Height {
			x, line := src[at+row*w:][:w], padded[row*pitch:][:pitch]
			copy(line[left:], x)
			for i := range left {
				line[left-1-i], line[left+w+i] = x[bounce(-1-i, w)], x[bounce(w+i, w)]
			}
		}
		kernel.Mix(mid[top*pitch:][:len(padded)-2*left], padded, 1, kx)
		for i := range top {
			copy(mid[(top-1-i)*pitch:][:w], mid[(top+bounce(-1-i, in.Height))*pitch:])
			copy(mid[(top+in.Height+i)*pitch:][:w], mid[(top+bounce(in.Height+i, in.Height))*pitch:])
		}
		out := padded[:len(padded)-2*left]
		kernel.Mix(out, mid, pitch, ky)
		for row := range in.Height {
			copy(dst[at+row*w:][:w], out[row*pitch:])
		}
	}
}

// bounce mirrors an index at the ends of [0,n).
func bounce(i, n int) int {
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
