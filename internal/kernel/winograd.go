package kernel

import (
	"sync"
	"unsafe"
)

// winograd is the plan of a stride-1 convolution by minimal filtering F(2×2, 3×3) (Winograd; Lavin and Gray, "Fast
// algorithms for convolutional neural networks", section 4.1): an output tile of 2×2 pixels is
//
//	Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// for a tile x of 4×4 input pixels: 16 products of channels where the definition takes 36. For each of the 16
// frequencies the products of many tiles are one matrix product, [tiles,In]·[In,Out]. The transforms only add, subtract
// and halve:
//
//	     1  0 -1  0         1  0  0                               1  1  1  0
//	Bᵀ = 0  1  1  0    2G = 1  1  1  (first and last doubled) Aᵀ = 0  1 -1  1
//	     0 -1  1  0         1 -1  1
//	     0 -1  0  1         0  0  1
//
// where the last rows of Bᵀ and A have their signs turned, which saves a negation.
type winograd struct {
	batch, height, width int
	tilesY, tilesX       int // tiles of an image; the last ones reach beyond it where a size is odd
}

const (
	frequencies = 16
	outputTile  = 2
	inputTile   = 4
	lanes       = 8 // channels that the transforms take at a time
)

// winogradMin is the number of channels from which the transforms cost less than the products that they save.
const winogradMin = 16

// newWinograd returns a plan, nil where the direct convolution is the better one.
func newWinograd(c *Conv) *winograd {
	w := &winograd{
		batch: c.Batch, height: c.Height, width: c.Width,
		tilesY: (c.Height + 1) / outputTile, tilesX: (c.Width + 1) / outputTile,
	}
	if c.Stride != 1 || c.In%lanes > 0 || c.Out%lanes > 0 || min(c.In, c.Out) < winogradMin {
		return nil
	}
	// Tiles that reach far beyond small images waste what they save.
	if 5*frequencies*w.tilesY*w.tilesX > 4*9*c.Height*c.Width {
		return nil
	}
	return w
}

func (w *winograd) tiles() int { return w.batch * w.tilesY * w.tilesX }

// tileBlock is the number of tiles that go through all stages together, so that what they leave between the stages
// stays in the cache: a multiple of a register tile's rows.
const tileBlock = 4 * tileRows

// stage is what one task holds between the stages.
type stage struct {
	a, b []float32 // [16][tiles][channels] on both sides of a product
	edge []float32 // a tile that reaches beyond its image
}

var stages = sync.Pool{New: func() any { return new(stage) }}

// grow returns x with room for n numbers, which it keeps from call to call.
func grow(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}

// planes is a buffer [16][rows][pitch] whose pitches keep rows and planes from falling into the same few cache sets.
type planes struct {
	pitch int // between rows, in floats
	plane int // between frequencies, in floats
}

func newPlanes(rows, channels int) planes {
	pitch := (channels+tileCols-1)/tileCols*tileCols + 16
	return planes{pitch: pitch, plane: spread(rows * pitch)}
}

// spread rounds a plane's length up such that 16 planes start in different cache sets.
func spread(n int) int { return (n+1023)/1024*1024 + 80 }

func (p planes) len() int { return frequencies*p.plane + slack }

// convolve sets dst [batch,height,width,out] to the convolution of src [batch,height,width,in] with transformed weights.
func (w *winograd) convolve(team *Team, dst, src []float32, in, out int, u []float32) {
	n := w.tiles()
	team.Do((n+tileBlock-1)/tileBlock, func(task int) {
		lo := task * tileBlock
		hi := min(n, lo+tileBlock)
		s := stages.Get().(*stage)
		defer stages.Put(s)
		va, ma := newPlanes(tileBlock, in), newPlanes(tileBlock, out)
		s.a, s.b, s.edge = grow(s.a, va.len()), grow(s.b, ma.len()), grow(s.edge, inputTile*inputTile*max(in, out))
		w.patches(inputTile, 1, in, 0, in).read(winogradInput, s, src, s.a, va, lo, hi)
		multiplyPlanes(s, va, ma, hi-lo, in, out, u)
		w.patches(outputTile, 0, out, 0, out).write(s, dst, s.b, ma, lo, hi)
	})
}

// multiplyPlanes multiplies the rows of s.a with the weights of each frequency. Rows up to the next twelve are
// multiplied too, and what they hold is not used.
func multiplyPlanes(s *stage, va, ma planes, rows, in, out int, u []float32) {
	t := tile{rs: 4 * va.pitch, ks: 4, bs: 4 * tileCols, runs: 1, runLen: in, cs: 4 * ma.pitch}
	plane := weightPlane(in, out)
	for f := range frequencies {
		for j := 0; j < out; j += tileCols {
			t.b = unsafe.Pointer(&u[f*plane+j*in])
			cols := min(tileCols, out-j)
			for r := 0; r < rows; r += tileRows {
				for g := range t.a {
					t.a[g] = unsafe.Pointer(&s.a[f*va.plane+(r+4*g)*va.pitch])
					t.c[g] = unsafe.Pointer(&s.b[f*ma.plane+(r+4*g)*ma.pitch+j])
				}
				t.run(3, cols)
			}
		}
	}
}
