package kernel

import "unsafe"

// pixels says how the output pixels of a batch map to rows of a product: pitches of A in bytes, of
// C in floats.
type pixels struct {
	h, w               int
	n                  int // channels of C
	aStart             int // first row of A of an image
	aImage, aRow, aCol int
	aFirst             int // image where A begins
	cImage, cRow, cCol int
}

const (
	imageBlock = 3        // images of a task: a multiple of a tile's groups, so that no tile of a full block is left half empty
	imageGroup = tileRows // images of a task whose rows are too narrow for groups of neighbours
)

// acrossImages takes the pixels of the images [lo,hi) one after the other, each for groups of four
// images.
func (c *Conv) acrossImages(k class, a unsafe.Pointer, out []float32, lo, hi int) {
	p := k.p
	k.t.rs, k.t.cs = p.aImage, 4*p.cImage
	panelwise(k, false, func(f *filler) {
		for px := range p.h * p.w {
			for i := lo; i < hi; i += 4 {
				f.add(a, out, i, px/p.w, px%p.w)
			}
		}
	})
}

// alongRows takes groups of four neighbours of the images [lo,hi), row by row.
func (c *Conv) alongRows(k class, a unsafe.Pointer, out []float32, lo, hi int) {
	p := k.p
	k.t.rs, k.t.cs = p.aCol, 4*p.cCol
	panelwise(k, false, func(f *filler) {
		for i := lo; i < hi; i++ {
			for y := range p.h {
				for x := 0; x+4 <= p.w; x += 4 {
					f.add(a, out, i, y, x)
				}
			}
		}
	})
}

// singles handles the pixels from column x on of the images [lo,hi), one by one.
func (c *Conv) singles(k class, a unsafe.Pointer, out []float32, lo, hi, x int) {
	p := k.p
	if lo == hi || x == p.w {
		return
	}
	k.t.rs, k.t.cs = 0, 0
	panelwise(k, true, func(f *filler) {
		for i := lo; i < hi; i++ {
			for y := range p.h {
				for x := x; x < p.w; x++ {
					f.add(a, out, i, y, x)
				}
			}
		}
	})
}

// panelwise runs rows once for each panel.
func panelwise(c class, single bool, rows func(f *filler)) {
	f := fillers.Get()
	defer func() {
		f.t, f.out, f.groups = tile{}, [3][]float32{}, 0 // the stock keeps nobody's memory alive, nor what a panic has left
		fillers.Put(f)
	}()
	f.t, f.p, f.single, f.pitch = c.t, c.p, single, c.t.cs/4
	k := c.t.runs * c.t.runLen
	for q, j := 0, 0; j < c.p.n; q, j = q+1, j+tileCols {
		f.j, f.cols, f.t.b = j, min(tileCols, c.p.n-j), unsafe.Pointer(&c.panels[q*k*tileCols])
		rows(f)
		f.flush()
	}
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
	room    corner
}

var fillers Stock[filler]

// add takes the group that starts at a pixel of an image.
func (f *filler) add(a unsafe.Pointer, out []float32, image, y, x int) {
	f.t.a[f.groups] = unsafe.Add(a, f.p.aStart+(image-f.p.aFirst)*f.p.aImage+y*f.p.aRow+x*f.p.aCol)
	f.out[f.groups] = out[image*f.p.cImage+y*f.p.cRow+x*f.p.cCol+f.j:]
	if f.groups++; f.groups == 3 {
		f.flush()
	}
}

// flush runs the tile on what has been collected, through scratch where a panel is narrow or a
// group single.
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
		t.c[g] = unsafe.Pointer(&f.room[4*g*tileCols])
	}
	t.run(groups, f.cols)
	rows := 4
	if f.single {
		rows = 1
	}
	for g := range groups {
		for r := range rows {
			copy(f.out[g][r*f.pitch:][:f.cols], f.room[(4*g+r)*tileCols:])
		}
	}
}
