package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// class is a product of pixels with packed panels: all output pixels of a convolution, or one of
// the parity classes of its input gradient.
type class struct {
	t      tile
	p      pixels
	panels []float32
	out    int // where the first pixel lies in the maps written
}

// multiply multiplies all pixels of all images with all packed panels, class by class. Four rows of
// a tile are four neighbours in a pixel row or, where rows are too narrow for that, the same pixel
// of four images. done, if there is one, is called with the images [lo,hi) that are finished.
func (c *Conv) multiply(team *team.Team, classes []class, a feed, out []float32, done func(lo, hi int)) {
	each := imageBlock
	for _, k := range classes {
		if c.across(k.p.w) {
			each = imageGroup
		}
	}
	team.Do((c.Batch+each-1)/each, func(i int) {
		lo, hi := i*each, min(c.Batch, (i+1)*each)
		s, slot := a.take()
		defer a.give(slot)
		from, first := a.reach(s, lo, hi)
		for _, k := range classes {
			k.p.aFirst = first
			c.multiplyImages(k, from, out[k.out:], lo, hi)
		}
		if done != nil {
			done(lo, hi)
		}
	})
}

// multiplyImages takes the images [lo,hi).
func (c *Conv) multiplyImages(k class, a unsafe.Pointer, out []float32, lo, hi int) {
	if !c.across(k.p.w) {
		c.alongRows(k, a, out, lo, hi)
		c.singles(k, a, out, lo, hi, k.p.w/4*4)
		return
	}
	whole := lo + (hi-lo)/4*4
	c.acrossImages(k, a, out, lo, whole)
	c.singles(k, a, out, whole, hi, 0)
}

// across reports whether rows of so many pixels are too narrow for groups of neighbours.
func (c *Conv) across(width int) bool { return width%4 != 0 && c.Batch >= 4 }

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

// reach makes the images [lo,hi) ready and returns where those at hand begin, and which is the
// first of them.
func (f feed) reach(s *stage, lo, hi int) (a unsafe.Pointer, first int) {
	if s == nil {
		return unsafe.Pointer(&f.x[0]), 0
	}
	s.window.start(lo)
	s.window.reach(hi - 1)
	return unsafe.Pointer(&s.window.data[0]), s.window.first
}

func (f feed) give(slot int) {
	if f.stages != nil {
		f.stages.give(slot)
	}
}
