package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// Backward takes the output gradient dy and sets dw [3,3,In,Out] to the gradient of the weights for
// the input x, and the interior of dx, if not nil, to the input's; for maps behind a batch norm, to
// the gradient of what the norm gives. sums, if not nil, are set to those that the norm's own
// backward pass needs, taken of each image while it is in the cache.
func (c *Conv) Backward(team *team.Team, dx, dw, dy []float32, x Normed, weights []float32, sums *GradSums) {
	done := c.beginBackward(dx, dy, x, sums)
	if c.wino != nil {
		c.wino.backward(team, dx, dw, dy, x, weights, done)
		return
	}
	c.gradWeights(team, dw, dy, x)
	if dx != nil {
		c.gradInput(team, dx, dy, weights, done)
	}
}

// beginBackward checks the arguments of a backward pass and returns what takes the sums of images
// whose dx is done; nil where none are asked for.
func (c *Conv) beginBackward(dx, dy []float32, x Normed, sums *GradSums) (done func(lo, hi int)) {
	c.checkMaps(x, dy, c.Output())
	if dx != nil {
		c.checkMaps(Plain(dx), dy, c.Output())
	}
	if sums == nil {
		return nil
	}
	return c.Input().gradSumming(dx, x, sums)
}

// gradInput turns the convolution around. With stride 2 the pixels fall into four parity classes,
// each a small convolution of dy with the taps that reach it.
func (c *Conv) gradInput(team *team.Team, dx, dy, weights []float32, done func(lo, hi int)) {
	if c.gradient == nil {
		c.gradient = c.gradClasses()
	}
	c.pack(team, c.gradient, weights)
	c.multiply(team, c.gradient, feed{x: dy}, dx, done)
}

// gradClasses are the classes that have pixels.
func (c *Conv) gradClasses() (classes []class) {
	if c.Stride == 1 {
		f, turned := sharing(c.In, c.Width), [3]int{2, 1, 0}
		return []class{c.gradClass(taps{rows: turned[:], cols: neighbours(f, 1, turned)}, 0, 0)}
	}
	even, odd := []int{1}, []int{2, 0} // kernel rows and columns that reach such a pixel, in the order of the outputs
	for py, rows := range [][]int{even, odd}[:min(2, c.Height)] {
		if c.Width%2 == 0 && sharing(c.In, c.Width) > 1 { // an even and an odd pixel share a row
			classes = append(classes, c.gradClass(taps{rows: rows, cols: [][]int{{1, none}, odd}}, py, 0))
			continue
		}
		for px, cols := range [][]int{even, odd}[:min(2, c.Width)] {
			classes = append(classes, c.gradClass(taps{rows: rows, cols: [][]int{cols}}, py, px))
		}
	}
	return classes
}

// gradClass handles the pixels (Stride·i+py, Stride·j+px) and those that share a row with them.
func (c *Conv) gradClass(t taps, py, px int) class {
	in, out, s, f := c.Input(), c.Output(), c.Stride, len(t.cols)
	step := max(s, f) // from one row of the product to the next
	t.in, t.out, t.turned = c.Out, c.In, true
	p := pixels{
		h: (c.Height - py + s - 1) / s, w: (c.Width - px + step - 1) / step,
		a: grid{0, out.image(), out.row(), step / s * c.Out},
		c: grid{in.Row(0, py) + px*c.In, in.image(), s * in.row(), step * c.In},
	}
	// Stride 1 starts in the halo; the stride-2 classes start at the pixel itself.
	if s == 2 {
		p.a.first = out.Row(0, 0)
	}
	return newClass(p, t, out.row(), c.Batch)
}

// gradParts returns the number of slices of images whose weight gradients are summed apart and then
// added in order: it bounds the length of a sum's chain and the memory, and depends on nothing but
// shapes.
func (c *Conv) gradParts() int {
	return max(1, min(c.Batch, gradSlices, 1<<22/c.WeightLen()))
}

// gradSlices is the largest number of slices.
const gradSlices = 8

// gradRows is how many rows of the kernel a task takes. Deferred maps are applied once for all
// three of them where there are slices enough to share, as often as there are rows where tasks
// would become few.
func gradRows(parts int, deferred bool) int {
	if deferred && parts >= gradSlices {
		return 3
	}
	return 1
}

// gradWeights sums the slices of images apart and adds them in order.
func (c *Conv) gradWeights(team *team.Team, dw, dy []float32, x Normed) {
	n, parts := c.WeightLen(), c.gradParts()
	images := 1
	if c.OutWidth < narrow {
		images = (c.Batch + parts - 1) / parts
	}
	sums, stages := rooms{shared: parts * n, of: c.Input(), from: x, images: images}.take(team)
	defer stages.end()
	rows := gradRows(parts, x.deferred())
	team.Do(3/rows*parts, func(i int) {
		part, ky := i*rows/3, i*rows%3
		s, slot := stages.take()
		defer stages.give(slot)
		c.gradPart(sums[part*n+ky*n/3:][:rows*n/3], dy, &s.window, part*c.Batch/parts, (part+1)*c.Batch/parts, ky)
	})
	sumParts(team, dw[:n], sums, parts)
}

// sumParts sets dst to the sum of parts that lie one after the other, added in order.
func sumParts(team *team.Team, dst, parts []float32, count int) {
	n := len(dst)
	team.Chunks(n, 1<<13, func(lo, hi int) {
		copy(dst[lo:hi], parts[lo:hi])
		for p := 1; p < count; p++ {
			Axpy(1, parts[p*n+lo:p*n+hi], dst[lo:hi])
		}
	})
}

// narrow is the output width below which a sum runs over the images of a slice rather than the
// pixels of an image: a tile has to be worth loading and storing.
const narrow = 8

// gradPart sums the images [lo,hi) for the kernel rows from ky on that part has room for.
func (c *Conv) gradPart(part, dy []float32, x *window, lo, hi, ky int) {
	x.start(lo)
	if c.OutWidth < narrow {
		x.reach(hi - 1)
		c.gradAcross(part, dy, x, lo, hi, ky)
		return
	}
	in, out := c.Input(), c.Output()
	rowX, stepX, stepY := 4*in.row(), 4*c.Stride*c.In, 4*c.Out // steps to the next output pixel
	t := tile{                                                 // k: rows of an image, and for each the pixels
		rs: 4, ks: stepX, bs: stepY, runs: c.OutHeight, runLen: c.OutWidth,
		aSkip: c.Stride*rowX - c.OutWidth*stepX, bSkip: 4*out.row() - c.OutWidth*stepY,
	}
	row := c.WeightLen() / 3
	for i := lo; i < hi; i++ {
		x.reach(i)
		a, b := x.data[x.at(i)+ky*in.row():], unsafe.Pointer(&dy[out.Row(i, 0)])
		for k := range len(part) / row {
			c.gradTiles(part[k*row:][:row], t, unsafe.Pointer(&a[k*in.row()]), b)
		}
		t.acc = 1
	}
}

// gradAcross is gradPart for narrow maps. k: pixels of a row, and for each the images.
func (c *Conv) gradAcross(part, dy []float32, x *window, lo, hi, ky int) {
	in, out, n := c.Input(), c.Output(), hi-lo
	imageX, imageY, stepX, stepY := 4*in.image(), 4*out.image(), 4*c.Stride*c.In, 4*c.Out
	t := tile{
		rs: 4, ks: imageX, bs: imageY, runs: c.OutWidth, runLen: n, aSkip: stepX - n*imageX, bSkip: stepY - n*imageY,
	}
	row := c.WeightLen() / 3
	for y := range c.OutHeight {
		b := unsafe.Pointer(&dy[out.Row(lo, y)])
		for k := range len(part) / row {
			at := x.at(lo) + (ky+k+y*c.Stride)*in.row()
			c.gradTiles(part[k*row:][:row], t, unsafe.Pointer(&x.data[at]), b)
		}
		t.acc = 1
	}
}

var corners Stock[corner]

// gradTiles adds the products of one sum: the rows of the tile are 3·In contiguous inputs.
func (c *Conv) gradTiles(part []float32, t tile, a, b unsafe.Pointer) {
	k := corners.Get()
	defer corners.Put(k)
	if c.Out <= tileRows-4 && 3*c.In <= halfCols && (c.Out+3)/4 < (3*c.In+3)/4 {
		c.gradTurned(k, part, t, a, b)
		return
	}
	for i := 0; i < 3*c.In; i += tileRows {
		rows := min(tileRows, 3*c.In-i)
		groups := (rows + 3) / 4
		for g := range groups {
			t.a[g] = unsafe.Add(a, 4*(i+4*g))
		}
		for j := 0; j < c.Out; j += tileCols {
			t.b = unsafe.Add(b, 4*j)
			k.store(&t, groups, rows, min(tileCols, c.Out-j), part[i*c.Out+j:], c.Out)
		}
	}
}

// gradTurned is gradTiles with inputs along the registers, where they fill them better than the
// outputs and make fewer groups of rows. The products and their order are the same.
func (c *Conv) gradTurned(k *corner, part []float32, t tile, a, b unsafe.Pointer) {
	add := t.acc == accC
	t.ks, t.bs, t.aSkip, t.bSkip, t.acc = t.bs, t.ks, t.bSkip, t.aSkip, 0
	t.b, t.cs = a, 4*tileCols
	groups := (c.Out + 3) / 4
	for g := range groups {
		t.a[g], t.c[g] = unsafe.Add(b, 16*g), unsafe.Pointer(&k[4*g*tileCols])
	}
	t.run(groups, 3*c.In)
	for i := range 3 * c.In {
		for o := range part[i*c.Out:][:c.Out] {
			if sum := &part[i*c.Out+o]; add {
				*sum += k[o*tileCols+i]
			} else {
				*sum = k[o*tileCols+i]
			}
		}
	}
}
