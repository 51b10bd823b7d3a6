package kernel

import "unsafe"

// pixels says how the output pixels of a batch map to rows of a product: pitches of A in bytes, of C in floats.
type pixels struct {
	h, w               int
	n                  int // channels of C
	aImage, aRow, aCol int
	cImage, cRow, cCol int
}

// imageBlock is the number of images that share a pass over the packed weights: a multiple of the three groups
// of a tile, so that no tile of a full block is left half empty.
const imageBlock = 3

// multiply multiplies all pixels of all images with all packed panels. Four rows of a tile are four
// neighbours in a pixel row or, where rows are too narrow for that, the same pixel of four images.
func (c *Conv) multiply(t tile, p pixels, a unsafe.Pointer, out []float32) {
	if p.w%4 != 0 && c.Batch >= 4 {
		t.rs, t.cs = p.aImage, 4*p.cImage
		c.panelwise(t, p, func(f *filler) {
			for px := range p.h * p.w {
				for i := 0; i+4 <= c.Batch; i += 4 {
					f.add(a, out, i, px/p.w, px%p.w)
				}
			}
		})
		c.singles(t, p, a, out, c.Batch/4*4, 0)
		return
	}
	t.rs, t.cs = p.aCol, 4*p.cCol
	for lo := 0; lo < c.Batch; lo += imageBlock {
		c.panelwise(t, p, func(f *filler) {
			for i := lo; i < min(c.Batch, lo+imageBlock); i++ {
				for y := range p.h {
					for x := 0; x+4 <= p.w; x += 4 {
						f.add(a, out, i, y, x)
					}
				}
			}
		})
	}
	c.singles(t, p, a, out, 0, p.w/4*4)
}

// panelwise runs rows once for each panel.
func (c *Conv) panelwise(t tile, p pixels, rows func(f *filler)) {
	k := t.runs * t.runLen
	for q, j := 0, 0; j < p.n; q, j = q+1, j+tileCols {
		f := &c.fill
		*f = filler{t: t, p: p, j: j, cols: min(tileCols, p.n-j), pitch: t.cs / 4, w: &c.w}
		f.t.b = unsafe.Pointer(&c.panels[q*k*tileCols])
		rows(f)
		f.flush()
	}
}

// singles handles the pixels from column x on of the images from first on, one by one.
func (c *Conv) singles(t tile, p pixels, a unsafe.Pointer, out []float32, first, x int) {
	if first == c.Batch || x == p.w {
		return
	}
	t.rs = 0
	c.panelwise(t, p, func(f *filler) {
		f.single = true
		for i := first; i < c.Batch; i++ {
			for y := range p.h {
				for x := x; x < p.w; x++ {
					f.add(a, out, i, y, x)
				}
			}
		}
	})
}

// filler collects groups of four rows until a tile is full.
type filler struct {
	t       tile
	p       pixels
	j, cols int
	pitch   int // of C's rows in a group, in floats
	single  bool
	groups  int
	out     [3][]float32
	w       *workspace
}

// add takes the group that starts at a pixel of an image.
func (f *filler) add(a unsafe.Pointer, out []float32, image, y, x int) {
	f.t.a[f.groups] = unsafe.Add(a, image*f.p.aImage+y*f.p.aRow+x*f.p.aCol)
	f.out[f.groups] = out[image*f.p.cImage+y*f.p.cRow+x*f.p.cCol+f.j:]
	if f.groups++; f.groups == 3 {
		f.flush()
	}
}

// flush runs the tile on what has been collected, through scratch where a panel is narrow or a group single.
func (f *filler) flush() {
	groups := f.groups
	f.groups = 0
	if groups == 0 {
		return
	}
	if !f.single && (f.cols == tileCols || f.cols == halfCols && isa != Generic) {
		for g := range groups {
			f.t.c[g] = unsafe.Pointer(&f.out[g][0])
		}
		f.t.run(groups, f.cols)
		return
	}
	t := f.t
	t.cs = 4 * tileCols
	for g := range groups {
		t.c[g] = unsafe.Pointer(&f.w.c[4*g*tileCols])
	}
	t.run(groups, f.cols)
	rows := 4
	if f.single {
		rows = 1
	}
	for g := range groups {
		for r := range rows {
			copy(f.out[g][r*f.pitch:][:f.cols], f.w.c[(4*g+r)*tileCols:])
		}
	}
}
