package kernel

import (
	"fmt"

	"protobench/internal/team"
)

// ConvBF16 is a [Conv] of maps, weights and gradients that are rounded to bf16 as they are read,
// with sums in float32; what it writes is float32. It takes all products of the definition:
// minimal filtering would round once more, and save less than it costs beside products of twice
// the rate. Forward pass and input gradient read maps whose channels lie in pairs, in which they
// are the convolutions of float32 maps of half as many channels; weight gradients read those of
// two images, pixel by pixel.
type ConvBF16 struct {
	shape   *Conv
	in, out *Conv // as shape, with pairs for input channels, and for output channels
	wino    *winograd
}

// SuitsBF16 reports whether a convolution has an even number of channels on both sides, so that
// they make pairs.
func (c *Conv) SuitsBF16() bool { return c.In%2 == 0 && c.Out%2 == 0 }

// NewConvBF16 returns the convolution of c's shape. Its channels are even in number.
func NewConvBF16(c *Conv) *ConvBF16 {
	if !c.SuitsBF16() {
		panic(fmt.Sprintf("kernel: %d and %d channels make no pairs", c.In, c.Out))
	}
	half := func(in, out int) *Conv {
		return &Conv{
			Batch: c.Batch, Height: c.Height, Width: c.Width, In: in, Out: out, Stride: c.Stride, OutHeight: c.OutHeight, OutWidth: c.OutWidth,
		}
	}
	b := &ConvBF16{shape: c, in: half(c.In/2, c.Out), out: half(c.In, c.Out/2)}
	if c.wino != nil && min(c.In, c.Out) >= winogradMinBF16 {
		b.wino = tiled(c, smallTile)
		b.wino.bf16 = true
	}
	return b
}

// winogradMinBF16 is the number of channels from which minimal filtering saves time beside products
// of bf16.
const winogradMinBF16 = 64

// Output returns the output's maps.
func (c *ConvBF16) Output() Map { return c.shape.Output() }

// Bare is [Conv.Bare].
func (c *ConvBF16) Bare(bare bool) { c.shape.Bare(bare) }

// Result is [Conv.Result].
func (c *ConvBF16) Result() Map { return c.shape.Result() }

// WeightLen returns the number of weights, [3,3,In,Out].
func (c *ConvBF16) WeightLen() int { return c.shape.WeightLen() }

// Forward is [Conv.Forward].
func (c *ConvBF16) Forward(team *team.Team, y []float32, x Normed, weights []float32, sums *Sums) {
	s := c.shape
	s.checkMaps(x, y, s.Result())
	var done func(lo, hi int)
	if sums != nil {
		done = s.Result().summing(y, sums)
	}
	if c.wino != nil {
		c.wino.forward(team, y, s.Result(), x, weights, done)
		return
	}
	in, out, k := c.in.Input(), s.Result(), 9*c.in.In
	f := pairFeed{of: s.Input(), from: x, images: c.imagesATask(in, s.OutWidth)}
	panels, stages := f.take(team, pairPanelLen(k, s.Out))
	defer stages.end()
	team.Do((s.Out+tileCols-1)/tileCols, func(q int) {
		j := q * tileCols
		pairDown(panels[q*k*tileCols:], tileCols, weights[j:s.WeightLen()], s.Out, min(tileCols, s.Out-j), 2*k)
	})
	t := tile{ks: 4, bs: 4 * tileCols, runs: 3, runLen: 3 * in.Channels, aSkip: 4 * (in.row() - 3*in.Channels)}
	p := pairPixels{
		h: s.OutHeight, w: s.OutWidth, n: s.Out,
		aImage: 4 * in.image(), aRow: 4 * s.Stride * in.row(), aCol: 4 * s.Stride * in.Channels,
		cImage: out.image(), cRow: out.row(), cCol: s.Out,
	}
	c.multiply(team, []pairClass{{t: t, p: p, panels: panels, out: out.Row(0, 0)}}, f, stages, y, done)
}

// Backward is [Conv.Backward].
func (c *ConvBF16) Backward(team *team.Team, dx, dw, dy []float32, x Normed, weights []float32, sums *GradSums) {
	done := c.shape.beginBackward(dx, dy, x, sums)
	if c.wino != nil {
		c.wino.backward(team, dx, dw, dy, x, weights, done)
		return
	}
	c.gradWeights(team, dw, dy, x)
	if dx != nil {
		c.gradInput(team, dx, dy, weights, done)
	}
}

// gradInput turns the convolution around, see [Conv.gradInput].
func (c *ConvBF16) gradInput(team *team.Team, dx, dy, weights []float32, done func(lo, hi int)) {
	s, pairs := c.shape, c.out.WeightLen()
	f := pairFeed{of: s.Output(), from: Plain(dy), images: c.imagesATask(c.out.Output(), (s.Width+s.Stride-1)/s.Stride)}
	room, stages := f.take(team, pairs+pairPanelLen(9*c.out.Out, s.In))
	defer stages.end()
	narrowed := room[:pairs]
	team.Chunks(9*s.In, RowChunk(s.Out), func(lo, hi int) {
		narrowRows(narrowed[lo*c.out.Out:], c.out.Out, weights[lo*s.Out:], s.Out, s.Out, hi-lo)
	})
	c.out.panels = room[pairs:]
	classes := c.out.pairClasses(team, narrowed)
	c.out.panels = nil
	c.multiply(team, classes, f, stages, dx, done)
}

// taskPairs bounds the pairs that a task holds of its images, so that they stay in its core's cache.
const taskPairs = 96 << 10

// imagesATask is how many images a task takes of maps of pairs, for results of a width.
func (c *ConvBF16) imagesATask(m Map, width int) int {
	if c.shape.acrossPairs(width) {
		return imageGroup
	}
	return max(imageBlock, min(imageGroup, taskPairs/m.image()/imageBlock*imageBlock))
}

// multiply is [Conv.multiply] of maps that become pairs a few images at a time.
func (c *ConvBF16) multiply(team *team.Team, classes []pairClass, f pairFeed, stages *stageSet, out []float32, done func(lo, hi int)) {
	n := c.shape.Batch
	team.Do((n+f.images-1)/f.images, func(i int) {
		lo, hi := i*f.images, min(n, (i+1)*f.images)
		s, slot := stages.take()
		defer stages.give(slot)
		f.fill(s, lo, hi)
		for _, k := range classes {
			k.t.pairs, k.p.aFirst = true, lo
			c.shape.multiplyPairImages(k, start(s.a), out[k.out:], lo, hi)
		}
		if done != nil {
			done(lo, hi)
		}
	})
}

// pairFeed makes pairs of neighbouring channels of some images of maps at a time.
type pairFeed struct {
	of     Map
	from   Normed
	images int
}

// pairs are an image's maps of pairs.
func (f pairFeed) pairs() Map {
	m := f.of
	m.Channels /= 2
	return m
}

// take returns what is shared and the stages, as [rooms.take].
func (f pairFeed) take(team *team.Team, shared int) ([]float32, *stageSet) {
	r := rooms{shared: shared, a: f.images * f.pairs().image()}
	if f.from.deferred() {
		r.edge = f.of.pieceRows() * f.of.row()
	}
	return r.take(team)
}

// fill makes the images [lo,hi).
func (f pairFeed) fill(s *stage, lo, hi int) {
	n, m := f.of.image(), f.pairs()
	if !f.from.deferred() {
		narrowRows(s.a, 0, f.from.X[lo*n:], 0, (hi-lo)*n, 1)
		return
	}
	for i := lo; i < hi; i++ {
		image, to := f.of.span(i), s.a[(i-lo)*m.image():][:m.image()]
		m.clearHalo(to)
		for p := range image.pieces() {
			p.normed(s.edge, 0, &f.from)
			y := (p.at - image.at) / f.of.row()
			narrowRows(to[m.Row(0, y):], m.row(), s.edge, f.of.row(), f.of.Width*f.of.Channels, p.rows)
		}
	}
}
