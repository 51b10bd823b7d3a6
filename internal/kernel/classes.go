package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// class is a product of pixels with packed taps: all output pixels of a convolution, or one of the
// parity classes of its input gradient.
//
// Four rows of a tile are four neighbours in a pixel row or, where rows are too narrow for that,
// the same pixel of four images.
type class struct {
	strip  strip
	taps   taps
	panels []float32 // of the pass under way
	a, c   int       // floats of an image in the maps read and written

	unit   int     // images that a group spans
	block  int     // units whose groups fill tiles
	groups []group // of the units of a block, one after the other
	single []group // pixels of an image that are in no group of neighbours; all of them where groups span images
}

// newClass is the product of pixels with taps, for batches of so many images. pitch is that of the
// rows that are read.
func newClass(px pixels, t taps, pitch, batch int) class {
	k := class{
		strip: strip{rs: 4 * px.a.col, cs: 4 * px.c.col, runs: len(t.rows), runLen: t.run(), aSkip: 4 * (pitch - t.run())},
		taps:  t, a: px.a.image, c: px.c.image, unit: 1, block: 1, single: px.singles(0, px.w/4*4),
	}
	groups := px.neighbours
	if px.w%4 != 0 && batch >= 4 {
		k.strip.rs, k.strip.cs = 4*px.a.image, 4*px.c.image
		k.unit, k.single, groups = 4, px.singles(0, 0), func(image int) []group { return px.singles(image, 0) }
	}
	k.groups = groups(0)
	switch n := len(k.groups); {
	case t.out < 32 && k.unit == 1: // behind it sums of few channels may be taken, or a norm
		k.block = sideBySide
	case n%tileGroups != 0 && n < fullEnough:
		k.block = imageBlock
	}
	for u := 1; u < k.block; u++ {
		k.groups = append(k.groups, groups(u*k.unit)...)
	}
	return k
}

// fullEnough is the number of groups from which one tile that is not full does not matter.
const fullEnough = 8 * tileGroups

// images is the number of images of a block.
func (k *class) images() int { return k.unit * k.block }

// multiply takes the images [lo,hi), of which a is the first, block by block.
func (k *class) multiply(a unsafe.Pointer, out []float32, lo, hi int) {
	for i := lo; i < hi; i += k.images() {
		k.multiplyBlock(unsafe.Add(a, 4*(i-lo)*k.a), unsafe.Pointer(&out[i*k.c]), min(hi-i, k.images()))
	}
}

// multiplyBlock takes as many images, at most a block.
func (k *class) multiplyBlock(a, c unsafe.Pointer, images int) {
	s, lanes, units := k.strip, k.taps.lanes(), images/k.unit
	for lane := 0; lane < lanes; lane += tileCols {
		s.cols = min(tileCols, lanes-lane)
		s.width = panelWidth(s.cols)
		s.a, s.b, s.c = a, unsafe.Pointer(&k.panels[lane*k.taps.k()]), unsafe.Add(c, 4*lane)
		s.run(k.groups[:units*len(k.groups)/k.block])
		if len(k.single) == 0 {
			continue
		}
		for i := k.alone(images); i < images; i++ {
			s.a, s.c = unsafe.Add(a, 4*i*k.a), unsafe.Add(c, 4*(i*k.c+lane))
			s.tilewise(k.single, 1)
		}
	}
}

// alone is the first of so many images whose single pixels are left.
func (k *class) alone(images int) int {
	if k.unit == 1 {
		return 0
	}
	return images / k.unit * k.unit
}

// multiply multiplies all pixels of all images with all packed panels, class by class. done, if
// there is one, is called with the images [lo,hi) that are finished.
func (c *Conv) multiply(team *team.Team, classes []class, a feed, out []float32, done func(lo, hi int)) {
	each := imagesOf(classes)
	team.Do((c.Batch+each-1)/each, func(i int) {
		lo, hi := i*each, min(c.Batch, (i+1)*each)
		s, slot := a.take()
		defer a.give(slot)
		from := a.reach(s, lo, hi, classes[0].a)
		for i := range classes {
			classes[i].multiply(from, out, lo, hi)
		}
		if done != nil {
			done(lo, hi)
		}
	})
}

// imagesOf is the number of images of a task: the largest block.
func imagesOf(classes []class) int {
	n := 1
	for i := range classes {
		n = max(n, classes[i].images())
	}
	return n
}

// feed is where a product's rows are read: in the windows of stages, or in maps x of all images.
type feed struct {
	stages *stageSet
	x      []float32
}

// take returns the stage to read from, if there are any, and what to give back.
func (f feed) take() (*stage, int) {
	if f.stages == nil {
		return nil, 0
	}
	return f.stages.take()
}

// reach makes the images [lo,hi) of so many floats ready and returns where the first of them
// begins.
func (f feed) reach(s *stage, lo, hi, image int) unsafe.Pointer {
	if s == nil {
		return unsafe.Pointer(&f.x[lo*image])
	}
	s.window.start(lo)
	s.window.reach(hi - 1)
	return unsafe.Pointer(&s.window.data[s.window.at(lo)])
}

func (f feed) give(slot int) {
	if f.stages != nil {
		f.stages.give(slot)
	}
}
