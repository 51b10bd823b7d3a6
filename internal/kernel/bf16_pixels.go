package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// pairPixels says how the output pixels of a batch map to rows of a product: pitches of A in bytes, of
// C in floats.
type pairPixels struct {
	h, w               int
	n                  int // channels of C
	aStart             int // first row of A of an image
	aImage, aRow, aCol int
	aFirst             int // image where A begins
	cImage, cRow, cCol int
}

// pairClass is a product of pixels with packed panels of pairs: all output pixels of a convolution, or one of
// the parity classes of its input gradient.
type pairClass struct {
	t      tile
	p      pairPixels
	panels []float32
	out    int // where the first pixel lies in the maps written
}

// multiplyPairImages takes the images [lo,hi).
func (c *Conv) multiplyPairImages(k pairClass, a unsafe.Pointer, out []float32, lo, hi int) {
	if !c.acrossPairs(k.p.w) {
		c.pairsAlongRows(k, a, out, lo, hi)
		c.singlePairs(k, a, out, lo, hi, k.p.w/4*4)
		return
	}
	whole := lo + (hi-lo)/4*4
	c.pairsAcrossImages(k, a, out, lo, whole)
	c.singlePairs(k, a, out, whole, hi, 0)
}

// acrossPairs reports whether rows of so many pixels are too narrow for groups of neighbours.
func (c *Conv) acrossPairs(width int) bool { return width%4 != 0 && c.Batch >= 4 }

// pairsAcrossImages takes the pixels of the images [lo,hi) one after the other, each for groups of four
// images.
func (c *Conv) pairsAcrossImages(k pairClass, a unsafe.Pointer, out []float32, lo, hi int) {
	p := k.p
	k.t.rs, k.t.cs = p.aImage, 4*p.cImage
	pairPanelwise(k, false, func(f *pairFiller) {
		for px := range p.h * p.w {
			for i := lo; i < hi; i += 4 {
				f.add(a, out, i, px/p.w, px%p.w)
			}
		}
	})
}

// pairsAlongRows takes groups of four neighbours of the images [lo,hi), row by row.
func (c *Conv) pairsAlongRows(k pairClass, a unsafe.Pointer, out []float32, lo, hi int) {
	p := k.p
	k.t.rs, k.t.cs = p.aCol, 4*p.cCol
	pairPanelwise(k, false, func(f *pairFiller) {
		for i := lo; i < hi; i++ {
			for y := range p.h {
				for x := 0; x+4 <= p.w; x += 4 {
					f.add(a, out, i, y, x)
				}
			}
		}
	})
}

// singlePairs handles the pixels from column x on of the images [lo,hi), one by one.
func (c *Conv) singlePairs(k pairClass, a unsafe.Pointer, out []float32, lo, hi, x int) {
	p := k.p
	if lo == hi || x == p.w {
		return
	}
	k.t.rs, k.t.cs = 0, 0
	pairPanelwise(k, true, func(f *pairFiller) {
		for i := lo; i < hi; i++ {
			for y := range p.h {
				for x := x; x < p.w; x++ {
					f.add(a, out, i, y, x)
				}
			}
		}
	})
}

// pairPanelwise runs rows once for each panel.
func pairPanelwise(c pairClass, single bool, rows func(f *pairFiller)) {
	f := pairFillers.Get()
	defer func() {
		f.t, f.out, f.groups = tile{}, [3][]float32{}, 0 // the stock keeps nobody's memory alive, nor what a panic has left
		pairFillers.Put(f)
	}()
	f.t, f.p, f.single, f.pitch = c.t, c.p, single, c.t.cs/4
	k := c.t.runs * c.t.runLen
	for q, j := 0, 0; j < c.p.n; q, j = q+1, j+tileCols {
		f.j, f.cols, f.t.b = j, min(tileCols, c.p.n-j), unsafe.Pointer(&c.panels[q*k*tileCols])
		rows(f)
		f.flush()
	}
}

// pairFiller collects groups of four rows until a tile is full.
type pairFiller struct {
	t       tile
	p       pairPixels
	j, cols int
	pitch   int // of C's rows in a group, in floats
	single  bool
	groups  int
	out     [3][]float32
	room    corner
}

// add takes the group that starts at a pixel of an image.
func (f *pairFiller) add(a unsafe.Pointer, out []float32, image, y, x int) {
	f.t.a[f.groups] = unsafe.Add(a, f.p.aStart+(image-f.p.aFirst)*f.p.aImage+y*f.p.aRow+x*f.p.aCol)
	f.out[f.groups] = out[image*f.p.cImage+y*f.p.cRow+x*f.p.cCol+f.j:]
	if f.groups++; f.groups == 3 {
		f.flush()
	}
}

// flush runs the tile on what has been collected, through scratch where a panel is narrow or a
// group single.
func (f *pairFiller) flush() {
	groups := f.groups
	f.groups = 0
	if groups == 0 {
		return
	}
	if !f.single && (f.cols == tileCols || f.cols == halfCols) {
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

// pairClasses packs the classes' taps, nine in all.
func (c *Conv) pairClasses(team *team.Team, weights []float32) []pairClass {
	if c.Stride == 1 {
		return []pairClass{c.gradPairClass(team, weights, c.panels, 0, 0, []int{2, 1, 0}, []int{2, 1, 0})}
	}
	taps := [2][]int{{1}, {2, 0}} // kernel rows that reach an even and an odd pixel, in the order of the output rows
	var classes []pairClass
	for py, panels := 0, c.panels; py < 2; py++ {
		for px := range 2 {
			if k := c.gradPairClass(team, weights, panels, py, px, taps[py], taps[px]); k.p.h > 0 && k.p.w > 0 {
				classes = append(classes, k)
			}
			panels = panels[pairPanelLen(len(taps[py])*len(taps[px])*c.Out, c.In):]
		}
	}
	return classes
}

// gradPairClass handles the pixels (Stride·i+py, Stride·j+px), which the taps ky × kx reach.
func (c *Conv) gradPairClass(team *team.Team, weights, panels []float32, py, px int, ky, kx []int) pairClass {
	c.packPairTaps(team, weights, panels, ky, kx)
	in, out, s := c.Input(), c.Output(), c.Stride
	t := tile{
		ks: 4, bs: 4 * tileCols, runs: len(ky), runLen: len(kx) * c.Out, aSkip: 4 * (out.row() - len(kx)*c.Out),
	}
	p := pairPixels{
		h: (c.Height - py + s - 1) / s, w: (c.Width - px + s - 1) / s, n: c.In,
		aImage: 4 * out.image(), aRow: 4 * out.row(), aCol: 4 * c.Out,
		cImage: in.image(), cRow: s * in.row(), cCol: s * c.In,
	}
	// Stride 1 starts in the halo; the stride-2 classes start at the pixel itself.
	if s == 2 {
		p.aStart = 4 * out.Row(0, 0)
	}
	return pairClass{t: t, p: p, panels: panels, out: in.Row(0, py) + px*c.In}
}

// packPairTaps packs the chosen taps of the weights, each turned around, as [taps·Out, In].
func (c *Conv) packPairTaps(team *team.Team, weights, panels []float32, ky, kx []int) {
	k := len(ky) * len(kx) * c.Out
	team.Do((c.In+tileCols-1)/tileCols, func(q int) {
		panel, i := panels[q*k*tileCols:][:k*tileCols], q*tileCols
		for tap := range len(ky) * len(kx) {
			w := weights[(3*ky[tap/len(kx)]+kx[tap%len(kx)])*c.In*c.Out:]
			packTransposed(panel[tap*c.Out*tileCols:][:c.Out*tileCols], w[i*c.Out:], c.Out, c.Out, min(tileCols, c.In-i))
		}
	})
}

var pairFillers Stock[pairFiller]

// pairPanelLen is the length of panels of n columns and k rows.
func pairPanelLen(k, n int) int { return (n + tileCols - 1) / tileCols * k * tileCols }
