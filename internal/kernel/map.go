package kernel

import (
	"fmt"

	"protobench/internal/team"
)

// Map is how feature maps [Images,Height,Width,Channels] lie in memory: with a border of Halo
// pixels around each image, which kernels leave alone and convolutions need to be zero.
type Map struct{ Images, Height, Width, Channels, Halo int }

// Matrix is a matrix [rows,channels] as one image of one pixel a row.
func Matrix(rows, channels int) Map {
	return Map{Images: 1, Height: rows, Width: 1, Channels: channels}
}

// Len returns the number of floats, halo included.
func (m Map) Len() int { return m.Images * m.image() }

// Pixels returns the number of pixels, halo left out.
func (m Map) Pixels() int { return m.Images * m.Height * m.Width }

func (m Map) row() int   { return (m.Width + 2*m.Halo) * m.Channels }
func (m Map) image() int { return (m.Height + 2*m.Halo) * m.row() }

// bare are the same maps without a border.
func (m Map) bare() Map {
	m.Halo = 0
	return m
}

// without are the maps, without their border where they have none.
func (m Map) without(bare bool) Map {
	if bare {
		return m.bare()
	}
	return m
}

// fewChannels is the number of channels below which maps have few, see [Map.few].
const fewChannels = 32

// result are the maps that a forward pass writes, without their border if bare: those that only batch
// norms and what applies them reads can do without it. Those of few channels keep it, whose sums are
// taken of four images at a time at one pitch.
func (m Map) result(bare bool) Map { return m.without(bare && m.Channels >= fewChannels) }

// checkSlack panics unless there is room for maps x and the slack behind them.
func (m Map) checkSlack(x []float32) {
	if cap(x) < m.Len()+Slack {
		panic(fmt.Sprintf("kernel: room for %d numbers, not %d, for a convolution's maps %+v and the slack behind them", cap(x), m.Len()+Slack, m))
	}
}

// Row returns where row y of an image begins.
func (m Map) Row(image, y int) int { return image*m.image() + (y+m.Halo)*m.row() + m.Halo*m.Channels }

// check panics unless each array holds the maps and each vector n numbers.
func (m Map) check(maps [][]float32, n int, vectors ...[]float32) {
	for _, x := range maps {
		if len(x) < m.Len() {
			panic(fmt.Sprintf("kernel: %d numbers for maps %+v", len(x), m))
		}
	}
	for _, v := range vectors {
		if len(v) < n {
			panic(fmt.Sprintf("kernel: %d numbers, not %d, for maps %+v", len(v), n, m))
		}
	}
}

// Pad copies images x [Images,Height,Width,Channels] into maps y; Unpad copies them back.
func (m Map) Pad(team *team.Team, y, x []float32) {
	n := m.Width * m.Channels
	m.check([][]float32{y}, m.Images*m.Height*n, x)
	team.Do(m.Images, func(i int) {
		from, to, row := i*m.Height*n, m.Row(i, 0), m.row()
		for range m.Height {
			copy(y[to:to+n], x[from:from+n])
			from, to = from+n, to+row
		}
	})
}

// Unpad copies maps y into images x [Images,Height,Width,Channels].
func (m Map) Unpad(team *team.Team, x, y []float32) {
	n := m.Width * m.Channels
	m.check([][]float32{y}, m.Images*m.Height*n, x)
	team.Do(m.Images, func(i int) {
		for r := range m.Height {
			copy(x[(i*m.Height+r)*n:][:n], y[m.Row(i, r):])
		}
	})
}

// ClearHalo sets the border of maps y to zero.
func (m Map) ClearHalo(team *team.Team, y []float32) {
	if m.Halo == 0 {
		return
	}
	m.check([][]float32{y}, 0)
	team.Do(m.Images, func(i int) { m.clearHalo(y[i*m.image():][:m.image()]) })
}

// clearHalo is [Map.ClearHalo] of one image. The right side of a row and the left one of the next
// lie side by side.
func (m Map) clearHalo(image []float32) {
	row, side := m.row(), m.Halo*m.Channels
	edge := m.Halo*row + side
	clear(image[:edge])
	for at := edge - 2*side + row; at < len(image)-edge; at += row {
		clear(image[at:][:2*side])
	}
	clear(image[len(image)-edge:])
}
