package kernel

import "protobench/internal/team"

// winograd is the plan of a stride-1 convolution by minimal filtering F(m×m, 3×3) (Winograd; Lavin
// and Gray 2016, "Fast algorithms for convolutional neural networks", sections 4.1 and 4.3): an
// output tile of m×m pixels is
//
//	Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// for a tile x of (m+2)×(m+2) input pixels. For each of the (m+2)² frequencies the products of many
// tiles are one matrix product, [tiles,In]·[In,Out]. F(2×2, 3×3) takes 16 products of channels
// where the definition takes 36, and its transforms only add, subtract and halve; F(4×4, 3×3) takes
// 36 where the definition takes 144, and rounds more: [transform] has both.
type winograd struct {
	input, output  Map
	tile           int  // m, the side of an output tile: smallTile or largeTile
	tilesY, tilesX int  // tiles of an image; the last ones reach beyond it where a size is no multiple of a tile's
	bf16           bool // the products are those of bf16
}

const (
	smallTile    = 2
	largeTile    = 4
	channelBlock = 8 // channels that the transforms take at a time
)

// winogradMin is the number of channels from which the transforms cost less than the products that
// they save.
const winogradMin = 16

// newWinograd returns a plan with tiles of at most that side, nil where the direct convolution is
// the better one.
func newWinograd(c *Conv, tile int) *winograd {
	if c.Stride != 1 || c.In%channelBlock > 0 || c.Out%channelBlock > 0 || min(c.In, c.Out) < winogradMin {
		return nil
	}
	small := tiled(c, smallTile)
	if large := tiled(c, largeTile); tile == largeTile && large.worth(small.products()) && min(c.Height, c.Width) >= largeTile {
		return large
	}
	if small.worth(9 * c.Height * c.Width) {
		return small
	}
	return nil
}

// tiled is the plan with tiles of one side.
func tiled(c *Conv, tile int) *winograd {
	return &winograd{
		input: c.Input(), output: c.Output(), tile: tile, tilesY: (c.Height + tile - 1) / tile, tilesX: (c.Width + tile - 1) / tile,
	}
}

// products are those of an image and a pair of channels.
func (w *winograd) products() int { return w.frequencies() * w.tilesY * w.tilesX }

// worth reports whether a plan saves a fifth of so many products. Tiles that reach far beyond small
// images waste what they save.
func (w *winograd) worth(products int) bool { return 5*w.products() <= 4*products }

// side is that of an input tile, frequencies the number of its frequencies.
func (w *winograd) side() int        { return w.tile + 2 }
func (w *winograd) frequencies() int { return w.side() * w.side() }

func (w *winograd) tiles() int { return w.input.Images * w.tilesY * w.tilesX }

// forward is [Conv.Forward] to maps of y.
func (w *winograd) forward(team *team.Team, y []float32, to Map, x Normed, weights []float32, done func(lo, hi int)) {
	in, out := w.input.Channels, w.output.Channels
	a, b := w.planes(w.block(), in).len(), w.planes(w.block(), out).len()
	u, stages := w.rooms(w.spectrumLen(in, out), a, b, w.input, x, w.touched(w.block())).take(team)
	defer stages.end()
	w.transformWeights(team, u, weights, in, out)
	w.pairWeights(team, u, in, out)
	w.convolve(team, to, y, in, u, stages, done)
}

// backward is [Conv.Backward].
func (w *winograd) backward(team *team.Team, dx, dw, dy []float32, x Normed, weights []float32, done func(lo, hi int)) {
	w.gradWeights(team, dw, dy, x)
	if dx != nil {
		w.gradInput(team, dx, dy, weights, done)
	}
}

// gradInput is the convolution of dy with the weights turned around.
func (w *winograd) gradInput(team *team.Team, dx, dy, weights []float32, done func(lo, hi int)) {
	in, out := w.input.Channels, w.output.Channels
	a, b := w.planes(w.block(), out).len(), w.planes(w.block(), in).len()
	u, stages := w.rooms(w.spectrumLen(out, in), a, b, w.output, Plain(dy), 0).take(team)
	defer stages.end()
	w.transformRotated(team, u, weights, in, out, stages)
	w.pairWeights(team, u, out, in)
	w.convolve(team, w.input, dx, out, u, stages, done)
}
