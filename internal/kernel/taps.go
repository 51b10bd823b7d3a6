package kernel

import (
	"slices"

	"protobench/internal/team"
)

// taps are the weights that a class's pixels are multiplied with, as packed panels [k, width]: k
// goes through kernel rows, the neighbours in a row of A, and their channels. Where C has few
// channels, neighbours in a row of C share a row of the product, so that registers are full: each
// has its own lanes, and zeros there for the neighbours that its taps do not reach. A sum begins
// with such zeros or ends with them, which changes no bit of it.
type taps struct {
	in, out int     // channels of A's pixels and of C's
	turned  bool    // weights are [·,out,in]: an input gradient
	rows    []int   // of the kernel
	cols    [][]int // for each pixel that shares a row, the kernel's column for each neighbour, or none
}

// none is the kernel column that does not reach a neighbour.
const none = -1

// neighbours are the kernel's columns for f pixels of C that share a row and lie a stride apart in
// A, where an order of the kernel's columns meets a pixel's neighbours.
func neighbours(f, stride int, order [3]int) [][]int {
	cols := make([][]int, f)
	for u := range cols {
		cols[u] = slices.Repeat([]int{none}, 3+(f-1)*stride)
		copy(cols[u][u*stride:], order[:])
	}
	return cols
}

// sharing is how many pixels of C share a row of the product: as many as fill a register, and leave
// groups of four rows.
func sharing(channels, width int) int {
	f := 1
	for 2*f*channels <= halfCols && width%(8*f) == 0 {
		f *= 2
	}
	return f
}

// k is the length of a sum.
func (t taps) k() int { return len(t.rows) * t.run() }

// run is how much of it lies in one row of A.
func (t taps) run() int { return len(t.cols[0]) * t.in }

// lanes is the number of columns of the product.
func (t taps) lanes() int { return len(t.cols) * t.out }

// panelWidth is the width of the panel that so many lanes take.
func panelWidth(lanes int) int { return (lanes + halfCols - 1) / halfCols * halfCols }

// len is the room that the panels need.
func (t taps) len() int { return (t.lanes() + tileCols - 1) / tileCols * tileCols * t.k() }

// pack fills panels with weights [3,3,·,·].
func (t taps) pack(team *team.Team, panels, weights []float32) {
	team.Do((t.lanes()+tileCols-1)/tileCols, func(q int) {
		lane := q * tileCols
		lanes := min(tileCols, t.lanes()-lane)
		width, step := panelWidth(lanes), t.in*panelWidth(lanes)
		panel := panels[lane*t.k():][:t.k()*width]
		if len(t.cols) > 1 {
			clear(panel)
		}
		for _, ky := range t.rows {
			for v := range t.cols[0] {
				for u := range t.cols {
					if kx := t.cols[u][v]; kx != none {
						t.tap(panel[:step], weights[(3*ky+kx)*t.in*t.out:], u*t.out, lane, min(lanes, t.out), width)
					}
				}
				panel = panel[step:]
			}
		}
	})
}

// tap packs one tap for lanes from the channel first on into the columns from at on.
func (t taps) tap(panel, w []float32, at, first, lanes, width int) {
	switch {
	case t.turned && width == tileCols:
		packTransposed(panel, w[first*t.in:], t.in, t.in, lanes)
	case width == tileCols:
		packPanel(panel, w[first:], t.out, t.in, lanes)
	case t.turned:
		for j := range lanes {
			for l, v := range w[(first+j)*t.in:][:t.in] {
				panel[l*width+at+j] = v
			}
		}
	default:
		for l := range t.in {
			row := panel[l*width:][:width]
			copy(row[at:at+lanes], w[l*t.out+first:])
		}
	}
}
