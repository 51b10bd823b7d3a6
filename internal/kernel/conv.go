package kernel

import (
	"fmt"
	"unsafe"
)

// Conv is the shape of a 3×3 convolution with one pixel of zero padding on NHWC images, and the
// buffers of its passes. Weights are [3,3,In,Out]. A Conv belongs to one caller at a time.
type Conv struct {
	Batch, Height, Width int // images and their size before the convolution
	In, Out              int // channels
	Stride               int // 1 or 2
	OutHeight, OutWidth  int

	wino   *winograd // nil: direct
	w      workspace
	fill   filler
	x, dy  []float32 // inputs and output gradients with a halo of zeros
	panels []float32 // packed weights of one pass
	slices []float32 // partial weight gradients, one per slice of images
}

// gradSlices is the number of image slices whose weight gradients are summed apart and then added in order:
// it bounds the length of a sum's chain and depends on nothing but the batch.
const gradSlices = 8

// slack lets a kernel read a few floats past the last pixel.
const slack = 2 * tileCols

// NewConv returns a convolution for batches of one size.
func NewConv(batch, height, width, in, out, stride int) *Conv {
	if stride != 1 && stride != 2 {
		panic("kernel: a convolution's stride is 1 or 2")
	}
	c := &Conv{
		Batch: batch, Height: height, Width: width, In: in, Out: out, Stride: stride,
		OutHeight: (height-1)/stride + 1, OutWidth: (width-1)/stride + 1,
	}
	c.wino = newWinograd(c)
	return c
}

// OutLen returns the number of output elements, [Batch,OutHeight,OutWidth,Out].
func (c *Conv) OutLen() int { return c.Batch * c.OutHeight * c.OutWidth * c.Out }

// WeightLen returns the number of weights, [3,3,In,Out].
func (c *Conv) WeightLen() int { return 9 * c.In * c.Out }

// halo copies images into a buffer with one pixel of zeros around each.
func halo(buf []float32, x []float32, n, h, w, ch int) []float32 {
	if buf == nil {
		buf = make([]float32, n*(h+2)*(w+2)*ch+slack)
	}
	for i := range n * h {
		img, y := i/h, i%h
		dst := ((img*(h+2)+y+1)*(w+2) + 1) * ch
		copy(buf[dst:dst+w*ch], x[i*w*ch:])
	}
	return buf
}

// pack lays the columns [0,n) of b [k,n] out in panels of 32, padded with zeros.
func (c *Conv) pack(b []float32, k, n int) {
	need := (n + tileCols - 1) / tileCols * k * tileCols
	if len(c.panels) < need {
		c.panels = make([]float32, need)
	}
	for p, j := 0, 0; j < n; p, j = p+1, j+tileCols {
		packPanel(c.panels[p*k*tileCols:][:k*tileCols], b[j:], n, k, min(tileCols, n-j))
	}
}

// Forward sets y [Batch,OutHeight,OutWidth,Out] to the convolution of x [Batch,Height,Width,In] with weights,
// and keeps what [Conv.Backward] needs of x beyond x itself.
func (c *Conv) Forward(team *Team, y, x, weights []float32) {
	if len(y) < c.OutLen() || len(x) < c.Batch*c.Height*c.Width*c.In || len(weights) < c.WeightLen() {
		panic(fmt.Sprintf("kernel: convolution of %d numbers to %d with %d weights", len(x), len(y), len(weights)))
	}
	if c.wino != nil {
		c.forwardWinograd(team, y, x, weights)
		return
	}
	c.x = halo(c.x, x, c.Batch, c.Height, c.Width, c.In)
	c.pack(weights, 9*c.In, c.Out)
	row := 4 * (c.Width + 2) * c.In
	t := tile{ks: 4, bs: 4 * tileCols, runs: 3, runLen: 3 * c.In, aSkip: row - 12*c.In}
	p := pixels{
		h: c.OutHeight, w: c.OutWidth, n: c.Out,
		aImage: row * (c.Height + 2), aRow: c.Stride * row, aCol: 4 * c.Stride * c.In,
		cImage: c.OutHeight * c.OutWidth * c.Out, cRow: c.OutWidth * c.Out, cCol: c.Out,
	}
	c.multiply(t, p, unsafe.Pointer(&c.x[0]), y)
}
