package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// weightRows is the number of rows of weights [In,Out] that a task transforms: nine taps of them
// fit into the planes of any stage.
const weightRows = 48

// spectrumPlane is the length of one frequency of packed weights, [out/32][in][32].
func spectrumPlane(in, out int) int {
	return spread((out + tileCols - 1) / tileCols * tileCols * in)
}

func (w *winograd) spectrumLen(in, out int) int { return w.frequencies() * spectrumPlane(in, out) }

// transformWeights sets u to the frequencies of weights [3,3,in,out],
// [frequencies][out/32][in][32]. Columns beyond out are left as they are: no result of theirs is
// used.
func (w *winograd) transformWeights(team *team.Team, u, weights []float32, in, out int) {
	chunks := (in + weightRows - 1) / weightRows
	team.Do(chunks*((out+tileCols-1)/tileCols), func(task int) {
		i, j := task%chunks*weightRows, task/chunks*tileCols
		cols := min(tileCols, out-j)
		t := transform{
			tile: w.tile,
			pix:  unsafe.Pointer(&weights[i*out+j]), row: 4 * 3 * in * out, col: 4 * in * out, pixSkip: 4 * (out - cols),
			freq: unsafe.Pointer(&u[j*in+i*tileCols]), plane: 4 * spectrumPlane(in, out), freqSkip: 4 * (tileCols - cols),
			tiles: min(weightRows, in-i), blocks: cols / channelBlock,
		}
		t.run(winogradWeights)
	})
}

// transformRotated does the same for the input gradient's weights: turned by 180°, inputs and
// outputs exchanged.
func (w *winograd) transformRotated(team *team.Team, u, weights []float32, in, out int, stages *stageSet) {
	chunks := (out + weightRows - 1) / weightRows
	team.Do(chunks*((in+tileCols-1)/tileCols), func(task int) {
		o, i := task%chunks*weightRows, task/chunks*tileCols
		rows, cols := min(weightRows, out-o), min(tileCols, in-i)
		s, slot := stages.take()
		defer stages.give(slot)
		n := rows * tileCols
		for tap := range 9 {
			packTransposed(s.a[(8-tap)*n:][:n], weights[(tap*in+i)*out+o:], out, rows, cols)
		}
		t := transform{
			tile: w.tile,
			pix:  unsafe.Pointer(&s.a[0]), row: 4 * 3 * n, col: 4 * n, pixSkip: 4 * (tileCols - cols),
			freq: unsafe.Pointer(&u[i*out+o*tileCols]), plane: 4 * spectrumPlane(out, in), freqSkip: 4 * (tileCols - cols),
			tiles: rows, blocks: cols / channelBlock,
		}
		t.run(winogradWeights)
	})
}
