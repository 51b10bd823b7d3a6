package kernel

import (
	"fmt"

	"protobench/internal/team"
)

// Conv is the shape of a 3×3 convolution with one pixel of zero padding on NHWC maps that have a
// halo of one pixel, so that it reads them in place. Weights are [3,3,In,Out]. A Conv belongs to
// one caller at a time.
type Conv struct {
	Batch, Height, Width int // images and their size before the convolution
	In, Out              int // channels
	Stride               int // 1 or 2
	OutHeight, OutWidth  int

	bare              bool      // forward passes write maps without a border if they can
	wino              *winograd // how a stride-1 convolution saves products; nil: directly
	forward, gradient []class   // made by the first pass
	panels            []float32 // packed weights of one pass
}

// Slack is how many floats behind a map a convolution may read (never write, and what is read
// reaches no result).
const Slack = 2 * tileCols

// NewConv returns a convolution for batches of one size. All sizes are at least 1.
func NewConv(batch, height, width, in, out, stride int) *Conv {
	if stride != 1 && stride != 2 {
		panic("kernel: a convolution's stride is 1 or 2")
	}
	if min(batch, height, width, in, out) < 1 {
		panic(fmt.Sprintf("kernel: a convolution of %d images of %d×%d pixels and %d to %d channels", batch, height, width, in, out))
	}
	c := &Conv{
		Batch: batch, Height: height, Width: width, In: in, Out: out, Stride: stride,
		OutHeight: (height-1)/stride + 1, OutWidth: (width-1)/stride + 1,
	}
	c.UseWinograd(smallTile)
	return c
}

// UseWinograd chooses how a convolution of stride 1 saves products, before its first pass: by
// minimal filtering with output tiles of at most 2×2 (what a new convolution does) or 4×4 pixels,
// which saves more and rounds more, or not at all (0). Where tiles or channels do not suit the
// shape, smaller tiles or the direct convolution take their place.
func (c *Conv) UseWinograd(tile int) {
	switch tile {
	case 0:
		c.wino = nil
	case smallTile, largeTile:
		c.wino = newWinograd(c, tile)
	default:
		panic("kernel: Winograd tiles are 2 or 4 pixels wide, or there are none")
	}
}

// Input returns the input's maps.
func (c *Conv) Input() Map { return Map{c.Batch, c.Height, c.Width, c.In, 1} }

// Output returns the output's maps.
func (c *Conv) Output() Map { return Map{c.Batch, c.OutHeight, c.OutWidth, c.Out, 1} }

// Bare has forward passes write maps without a border, unless their channels are few, or with it.
func (c *Conv) Bare(bare bool) { c.bare, c.forward = bare, nil }

// Result returns the maps that a forward pass writes, see [Conv.Bare].
func (c *Conv) Result() Map { return c.Output().result(c.bare) }

// WeightLen returns the number of weights, [3,3,In,Out].
func (c *Conv) WeightLen() int { return 9 * c.In * c.Out }

// checkMaps panics unless x holds the input and y maps out, with slack behind them.
func (c *Conv) checkMaps(x Normed, y []float32, out Map) {
	x.check(c.Input())
	out.check([][]float32{y}, 0)
	c.Input().without(x.Bare).checkSlack(x.X)
	out.checkSlack(y)
}

// Sums are what [Map.ColumnSums] takes of maps, [images,channels] each: a shift, the sum and the
// sum of squares about it.
type Sums struct{ Shift, Sum, Square []float32 }

// Forward sets the interior of y to the convolution of maps x, which may be behind a batch norm,
// with weights. Sums, if not nil, are set to those of y, taken of each image while it is in the
// cache.
func (c *Conv) Forward(team *team.Team, y []float32, x Normed, weights []float32, sums *Sums) {
	c.checkMaps(x, y, c.Result())
	var done func(lo, hi int)
	if sums != nil {
		done = c.Result().summing(y, sums)
	}
	if c.wino != nil {
		c.wino.forward(team, y, c.Result(), x, weights, done)
		return
	}
	if c.forward == nil {
		c.forward = []class{c.forwardClass()}
	}
	c.pack(team, c.forward, weights)
	_, stages := rooms{of: c.Input(), from: x, images: imagesOf(c.forward)}.take(team)
	defer stages.end()
	c.multiply(team, c.forward, feed{stages: stages}, y, done)
}

// forwardClass is all of a convolution.
func (c *Conv) forwardClass() class {
	in, out, f := c.Input(), c.Result(), sharing(c.Out, c.OutWidth)
	t := taps{in: c.In, out: c.Out, rows: []int{0, 1, 2}, cols: neighbours(f, c.Stride, [3]int{0, 1, 2})}
	return newClass(pixels{
		h: c.OutHeight, w: c.OutWidth / f,
		a: grid{0, in.image(), c.Stride * in.row(), c.Stride * f * c.In},
		c: grid{out.Row(0, 0), out.image(), out.row(), f * c.Out},
	}, t, in.row(), c.Batch)
}

// pack fills the classes' panels.
func (c *Conv) pack(team *team.Team, classes []class, weights []float32) {
	n := 0
	for i := range classes {
		n += classes[i].taps.len()
	}
	if len(c.panels) < n {
		c.panels = make([]float32, n)
	}
	room := c.panels
	for i := range classes {
		k := &classes[i]
		k.panels, room = room[:k.taps.len()], room[k.taps.len():]
		k.taps.pack(team, k.panels, weights)
	}
}

// summing returns what takes the sums of the images [lo,hi) of y.
func (m Map) summing(y []float32, sums *Sums) func(lo, hi int) {
	m.check(nil, m.Images*m.Channels, sums.Shift, sums.Sum, sums.Square)
	return func(lo, hi int) { m.sumImages(y, *sums, lo, hi) }
}
