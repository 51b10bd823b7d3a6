package kernel

import (
	"fmt"
	"unsafe"
)

// Backward takes the output gradient dy [Batch,OutHeight,OutWidth,Out] and sets dw [3,3,In,Out] to the gradient of
// the weights, for the input x that [Conv.Forward] saw last, and dx [Batch,Height,Width,In], if not nil, to the input's.
func (c *Conv) Backward(team *Team, dx, dw, x, dy, weights []float32) {
	if len(x) < c.Batch*c.Height*c.Width*c.In || len(dy) < c.OutLen() || len(dw) < c.WeightLen() || len(weights) < c.WeightLen() || dx != nil && len(dx) < c.Batch*c.Height*c.Width*c.In {
		panic(fmt.Sprintf("kernel: gradients of %d numbers to %d and %d", len(dy), len(dx), len(dw)))
	}
	if c.wino != nil {
		c.wino.gradWeights(team, dw, x, dy, c.In, c.Out)
		if dx != nil {
			c.inputWinograd(team, dx, dy, weights)
		}
		return
	}
	c.dy = halo(c.dy, dy, c.Batch, c.OutHeight, c.OutWidth, c.Out)
	c.gradWeights(dw)
	if dx != nil {
		c.gradInput(dx, weights)
	}
}

// gradInput turns the convolution around. With stride 2 the pixels fall into four parity classes, each a small
// convolution of dy with the taps that reach it.
func (c *Conv) gradInput(dx, weights []float32) {
	if c.Stride == 1 {
		c.gradClass(dx, weights, 0, 0, []int{2, 1, 0}, []int{2, 1, 0})
		return
	}
	taps := [2][]int{{1}, {2, 0}} // kernel rows that reach an even and an odd pixel, in the order of the output rows
	for py := range 2 {
		for px := range 2 {
			c.gradClass(dx, weights, py, px, taps[py], taps[px])
		}
	}
}

// gradClass handles the pixels (Stride·i+py, Stride·j+px), which the taps ky × kx reach.
func (c *Conv) gradClass(dx, weights []float32, py, px int, ky, kx []int) {
	rotated := c.rotate(weights, ky, kx)
	k := len(ky) * len(kx) * c.Out
	c.pack(rotated, k, c.In)
	row := 4 * (c.OutWidth + 2) * c.Out
	t := tile{
		ks: 4, bs: 4 * tileCols, runs: len(ky), runLen: len(kx) * c.Out, aSkip: row - 4*len(kx)*c.Out,
	}
	s := c.Stride
	p := pixels{
		h: (c.Height - py + s - 1) / s, w: (c.Width - px + s - 1) / s, n: c.In,
		aImage: row * (c.OutHeight + 2), aRow: row, aCol: 4 * c.Out,
		cImage: c.Height * c.Width * c.In, cRow: s * c.Width * c.In, cCol: s * c.In,
	}
	// Stride 1 starts in the halo; the stride-2 classes start at the pixel itself.
	first := 0
	if s == 2 {
		first = row + 4*c.Out
	}
	if p.h > 0 && p.w > 0 {
		c.multiply(t, p, unsafe.Add(unsafe.Pointer(&c.dy[0]), first), dx[(py*c.Width+px)*c.In:])
	}
}

// rotate returns the chosen taps of the weights as [taps·Out, In].
func (c *Conv) rotate(weights []float32, ky, kx []int) []float32 {
	n := len(ky) * len(kx) * c.Out * c.In
	if len(c.slices) < n {
		c.slices = make([]float32, max(n, gradSlices*c.WeightLen()))
	}
	at := 0
	for _, y := range ky {
		for _, x := range kx {
			tap := weights[(3*y+x)*c.In*c.Out:]
			for o := range c.Out {
				for i := range c.In {
					c.slices[at] = tap[i*c.Out+o]
					at++
				}
			}
		}
	}
	return c.slices[:n]
}

// gradWeights sums the slices of images apart and adds them in order.
func (c *Conv) gradWeights(dw []float32) {
	n := c.WeightLen()
	if len(c.slices) < gradSlices*n {
		c.slices = make([]float32, gradSlices*n)
	}
	for s := range gradSlices {
		part := c.slices[s*n:][:n]
		lo, hi := s*c.Batch/gradSlices, (s+1)*c.Batch/gradSlices
		clear(part)
		if lo < hi {
			c.gradSlice(part, lo, hi)
		}
	}
	copy(dw, c.slices[:n])
	for s := 1; s < gradSlices; s++ {
		Axpy(1, c.slices[s*n:][:n], dw)
	}
}

// narrow is the output width below which a sum runs over the images of a slice rather than the pixels of an image: a
// tile has to be worth loading and storing.
const narrow = 8

// gradSlice adds the part of the images [lo,hi).
func (c *Conv) gradSlice(part []float32, lo, hi int) {
	rowX, rowY := 4*(c.Width+2)*c.In, 4*(c.OutWidth+2)*c.Out
	imageX, imageY := rowX*(c.Height+2), rowY*(c.OutHeight+2)
	stepX, stepY := 4*c.Stride*c.In, 4*c.Out // to the next output pixel
	x := unsafe.Add(unsafe.Pointer(&c.x[0]), lo*imageX)
	dy := unsafe.Add(unsafe.Pointer(&c.dy[0]), lo*imageY+rowY+4*c.Out)
	if c.OutWidth < narrow { // k: pixels of a row, and for each the images
		n := hi - lo
		t := tile{
			rs: 4, acc: 1, ks: imageX, bs: imageY, runs: c.OutWidth, runLen: n,
			aSkip: stepX - n*imageX, bSkip: stepY - n*imageY,
		}
		for y := range c.OutHeight {
			c.gradTiles(part, t, unsafe.Add(x, y*c.Stride*rowX), unsafe.Add(dy, y*rowY), rowX)
		}
		return
	}
	t := tile{ // k: rows of an image, and for each the pixels
		rs: 4, acc: 1, ks: stepX, bs: stepY, runs: c.OutHeight, runLen: c.OutWidth,
		aSkip: c.Stride*rowX - c.OutWidth*stepX, bSkip: rowY - c.OutWidth*stepY,
	}
	for i := range hi - lo {
		c.gradTiles(part, t, unsafe.Add(x, i*imageX), unsafe.Add(dy, i*imageY), rowX)
	}
}

// gradTiles adds the products of one sum: for each kernel row, the rows of the tile are 3·In contiguous inputs.
func (c *Conv) gradTiles(part []float32, t tile, x, dy unsafe.Pointer, rowX int) {
	for ky := range 3 {
		base, out := unsafe.Add(x, ky*rowX), part[ky*3*c.In*c.Out:]
		for i := 0; i < 3*c.In; i += tileRows {
			rows := min(tileRows, 3*c.In-i)
			groups := (rows + 3) / 4
			for g := range groups {
				t.a[g] = unsafe.Add(base, 4*(i+4*g))
			}
			for j := 0; j < c.Out; j += tileCols {
				t.b = unsafe.Add(dy, 4*j)
				c.w.store(t, groups, rows, min(tileCols, c.Out-j), out[i*c.Out+j:], c.Out)
			}
		}
	}
}
