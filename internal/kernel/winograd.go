package kernel

// winograd is the plan of a stride-1 convolution by minimal filtering F(2×2, 3×3) (Winograd; Lavin and Gray, "Fast
// algorithms for convolutional neural networks", section 4.1): an output tile of 2×2 pixels is
//
//	Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// for a tile x of 4×4 input pixels: 16 products of channels where the definition takes 36. For each of the 16
// frequencies the products of many tiles are one matrix product, [tiles,In]·[In,Out]. The transforms only add, subtract
// and halve:
//
//	     1  0 -1  0        1  0  0
//	Bᵀ = 0  1  1  0    G = ½  ½  ½    Aᵀ = 1  1  1  0
//	     0 -1  1  0        ½ -½  ½         0  1 -1  1
//	     0 -1  0  1        0  0  1
//
// (the last row of Bᵀ and the last column of Aᵀ have their signs turned, which saves a negation).
type winograd struct {
	input, output  Map
	tilesY, tilesX int // tiles of an image; the last ones reach beyond it where a size is odd
}

const (
	frequencies  = 16
	outputTile   = 2
	inputTile    = 4
	channelBlock = 8 // channels that the transforms take at a time
)

// winogradMin is the number of channels from which the transforms cost less than the products that they save.
const winogradMin = 16

// newWinograd returns a plan, nil where the direct convolution is the better one.
func newWinograd(c *Conv) *winograd {
	if c.Stride != 1 || c.In%channelBlock > 0 || c.Out%channelBlock > 0 || min(c.In, c.Out) < winogradMin {
		return nil
	}
	w := &winograd{input: c.Input(), output: c.Output(), tilesY: (c.Height + 1) / outputTile, tilesX: (c.Width + 1) / outputTile}
	// Tiles that reach far beyond small images waste what they save.
	if 5*frequencies*w.tilesY*w.tilesX > 4*9*c.Height*c.Width {
		return nil
	}
	return w
}

func (w *winograd) tiles() int { return w.input.Images * w.tilesY * w.tilesX }

// forward is [Conv.Forward].
func (w *winograd) forward(team *Team, y, x, weights []float32) {
	in, out := w.input.Channels, w.output.Channels
	u, stages := w.scratch(team, spectrumLen(in, out), newPlanes(tileBlock, in).len(), newPlanes(tileBlock, out).len())
	defer stages.end()
	transformWeights(team, u, weights, in, out)
	w.convolve(team, w.output, w.input, y, x, u, stages)
}

// backward is [Conv.Backward].
func (w *winograd) backward(team *Team, dx, dw, dy, x, weights []float32) {
	w.gradWeights(team, dw, dy, x)
	if dx != nil {
		w.gradInput(team, dx, dy, weights)
	}
}

// gradInput is the convolution of dy with the weights turned around.
func (w *winograd) gradInput(team *Team, dx, dy, weights []float32) {
	in, out := w.input.Channels, w.output.Channels
	u, stages := w.scratch(team, spectrumLen(out, in), newPlanes(tileBlock, out).len(), newPlanes(tileBlock, in).len())
	defer stages.end()
	transformRotated(team, u, weights, in, out, stages)
	w.convolve(team, w.input, w.output, dx, dy, u, stages)
}
