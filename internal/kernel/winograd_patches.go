package kernel

import "unsafe"

// patches says where tiles lie in maps, of which ch channels from first on take part. Maps that are
// read have a halo of one pixel, so that the input tile of an output tile of m×m pixels starts at row m·y and
// column m·x, the output tile one further.
type patches struct {
	*winograd
	maps      Map
	first, ch int
	skipped   int // images before those in a window
}

// place is a tile's image, row and column.
type place struct{ image, y, x int }

func (p patches) place(tile int) place {
	row := tile / p.tilesX
	return place{image: row / p.tilesY, y: row % p.tilesY, x: tile % p.tilesX}
}

// offset of an input tile's first pixel, in a window that may hold a few images at a time; inner is
// how far that of the output tile lies behind it.
func (p patches) offset(q place) int {
	return (q.image-p.skipped)%p.maps.Images*p.maps.image() + p.tile*(q.y*p.maps.row()+q.x*p.maps.Channels) + p.first
}

func (p patches) inner() int { return p.maps.Halo * p.diagonal() }

// diagonal leads from a pixel to the one below and to the right.
func (p patches) diagonal() int { return p.maps.row() + p.maps.Channels }

// transform starts a transformation between the maps and planes.
func (p patches) transform(z planes) transform {
	return transform{
		row: 4 * p.maps.row(), col: 4 * p.maps.Channels, pixSkip: 4 * (p.tile*p.maps.Channels - p.ch),
		plane: 4 * z.plane, freqSkip: 4 * (z.pitch - p.ch), blocks: p.ch / channelBlock, tile: p.tile,
	}
}

// edged points a transformation at a single tile of its own, size pixels wide.
func (p patches) edged(t transform, edge []float32, size int) transform {
	t.pix, t.row, t.col, t.tiles = unsafe.Pointer(&edge[0]), 4*size*p.ch, 4*p.ch, 1
	return t
}

// read transforms the pixels of the tiles [lo,hi), skip pixels inside of the input tiles' border.
// Where a tile reaches one pixel beyond an image's halo it meets the next one, which is zero.
// Farther out, and behind the last map, zeros are put in its place: what is there would reach no
// result but by its rounding.
func (p patches) read(to transformation, s *stage, into, x []float32, z planes, lo, hi, skip int) {
	t, size := p.transform(z), p.side()-2*skip
	x = x[:p.maps.Len()]
	reach := (size-1)*p.diagonal() + p.ch
	for i := lo; i < hi; i += t.tiles {
		q := p.place(i)
		at := p.offset(q) + skip*p.inner()
		t.freq = unsafe.Pointer(&into[(i-lo)*z.pitch])
		t.tiles = min(hi-i, (p.maps.Width+1)/p.tile-q.x)
		if t.tiles > 0 && q.y < (p.maps.Height+1)/p.tile && at+p.tile*(t.tiles-1)*p.maps.Channels+reach <= len(x) {
			t.pix = unsafe.Pointer(&x[at])
			t.run(to)
			continue
		}
		t.tiles = 1
		rows, cols := p.maps.Height+2-p.tile*q.y-skip, p.maps.Width+2-p.tile*q.x-skip
		p.fill(s.edge, x[at:], size, min(size, rows), min(size, cols))
		e := p.edged(t, s.edge, size)
		e.run(to)
	}
}

// fill copies rows×cols pixels to a tile of size×size and puts zeros behind them.
func (p patches) fill(edge, x []float32, size, rows, cols int) {
	clear(edge[:size*size*p.ch])
	for r := range rows {
		for c := range cols {
			copy(edge[(r*size+c)*p.ch:][:p.ch], x[r*p.maps.row()+c*p.maps.Channels:])
		}
	}
}

// output transforms rows of s.b to the tiles [lo,hi) of y, and leaves the halo alone.
func (p patches) output(s *stage, y []float32, z planes, lo, hi int) {
	t := p.transform(z)
	for i := lo; i < hi; i += t.tiles {
		q := p.place(i)
		at := p.offset(q) + p.inner()
		t.freq = unsafe.Pointer(&s.b[(i-lo)*z.pitch])
		rows, cols := min(p.tile, p.maps.Height-p.tile*q.y), min(p.tile, p.maps.Width-p.tile*q.x)
		if rows == p.tile && cols == p.tile {
			t.tiles = min(hi-i, p.maps.Width/p.tile-q.x)
			t.pix = unsafe.Pointer(&y[at])
			t.run(winogradOutput)
			continue
		}
		t.tiles = 1
		e := p.edged(t, s.edge, p.tile)
		e.run(winogradOutput)
		for r := range rows {
			copy(y[at+r*p.maps.row():][:cols*p.ch], s.edge[r*p.tile*p.ch:])
		}
	}
}
