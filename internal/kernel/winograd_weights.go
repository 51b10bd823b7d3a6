package kernel

import (
	"sync"
	"unsafe"
)

// spectrum is a buffer for transformed weights or their gradients. It belongs to one call, so that the layers of a
// network share it.
type spectrum struct{ x []float32 }

var spectra = sync.Pool{New: func() any { return new(spectrum) }}

// weightRows is the number of rows of weights [In,Out] that a task transforms.
const weightRows = 64

// weightPlane is the length of one frequency of packed weights, [Out/32][In][32].
func weightPlane(in, out int) int {
	return spread((out + tileCols - 1) / tileCols * tileCols * in)
}

// transformWeights fills s with the frequencies of weights [3,3,in,out], [16][out/32][in][32]. Columns beyond out are
// left as they are: no result of theirs is used.
func transformWeights(team *Team, s *spectrum, weights []float32, in, out int) {
	plane := weightPlane(in, out)
	s.x = grow(s.x, frequencies*plane)
	chunks := (in + weightRows - 1) / weightRows
	team.Do(chunks*((out+tileCols-1)/tileCols), func(task int) {
		i, j := task%chunks*weightRows, task/chunks*tileCols
		cols := min(tileCols, out-j)
		t := transform{
			pix: unsafe.Pointer(&weights[i*out+j]), row: 4 * 3 * in * out, col: 4 * in * out, pixSkip: 4 * (out - cols),
			freq: unsafe.Pointer(&s.x[(j*in)+i*tileCols]), plane: 4 * plane, freqSkip: 4 * (tileCols - cols),
			tiles: min(weightRows, in-i), blocks: cols / lanes,
		}
		t.run(winogradWeights)
	})
}

// transformRotated does the same for the input gradient's weights: turned by 180°, inputs and outputs exchanged.
func transformRotated(team *Team, s *spectrum, weights []float32, in, out int) {
	plane := weightPlane(out, in)
	s.x = grow(s.x, frequencies*plane)
	chunks := (out + weightRows - 1) / weightRows
	team.Do(chunks*((in+tileCols-1)/tileCols), func(task int) {
		o, i := task%chunks*weightRows, task/chunks*tileCols
		rows, cols := min(weightRows, out-o), min(tileCols, in-i)
		g := stages.Get().(*stage)
		defer stages.Put(g)
		g.a = grow(g.a, 9*weightRows*tileCols)
		for tap := range 9 {
			packTransposed(g.a[(8-tap)*rows*tileCols:][:rows*tileCols], weights[(tap*in+i)*out+o:], out, rows, cols)
		}
		t := transform{
			pix: unsafe.Pointer(&g.a[0]), row: 4 * 3 * rows * tileCols, col: 4 * rows * tileCols, pixSkip: 4 * (tileCols - cols),
			freq: unsafe.Pointer(&s.x[i*out+o*tileCols]), plane: 4 * plane, freqSkip: 4 * (tileCols - cols),
			tiles: rows, blocks: cols / lanes,
		}
		t.run(winogradWeights)
	})
}
