package kernel

import "unsafe"

// patches says where tiles lie in maps, of which ch channels from first on take part. The maps have a halo of one
// pixel, so that the 4×4 pixels of an input tile start at its row 2y and column 2x, the 2×2 pixels of an output tile
// one further.
type patches struct {
	*winograd
	maps      Map
	first, ch int
}

// place is a tile's image, row and column.
type place struct{ image, y, x int }

func (p patches) place(tile int) place {
	row := tile / p.tilesX
	return place{image: row / p.tilesY, y: row % p.tilesY, x: tile % p.tilesX}
}

// offset of an input tile's first pixel; inner is how far that of the output tile lies behind it.
func (p patches) offset(q place) int {
	return q.image*p.maps.image() + outputTile*(q.y*p.maps.row()+q.x*p.maps.Channels) + p.first
}

func (p patches) inner() int { return p.maps.row() + p.maps.Channels }

// transform starts a transformation between the maps and planes.
func (p patches) transform(z planes) transform {
	return transform{
		row: 4 * p.maps.row(), col: 4 * p.maps.Channels, pixSkip: 4 * (outputTile*p.maps.Channels - p.ch),
		plane: 4 * z.plane, freqSkip: 4 * (z.pitch - p.ch), blocks: p.ch / channelBlock,
	}
}

// edged points a transformation at a single tile of its own, size pixels wide.
func (p patches) edged(t transform, edge []float32, size int) transform {
	t.pix, t.row, t.col, t.tiles = unsafe.Pointer(&edge[0]), 4*size*p.ch, 4*p.ch, 1
	return t
}

// input transforms the tiles [lo,hi) of x to rows of s.a. Where a size is odd, the last tiles of an image reach one
// pixel beyond the halo. It meets the next halo there and reaches no result, but may not be read behind the last map.
func (p patches) input(s *stage, x []float32, z planes, lo, hi int) {
	t := p.transform(z)
	x = x[:p.maps.Len()]
	reach := (inputTile-1)*p.maps.row() + inputTile*p.maps.Channels
	for i := lo; i < hi; i += t.tiles {
		q := p.place(i)
		at := p.offset(q)
		t.tiles = min(hi-i, p.tilesX-q.x)
		t.freq = unsafe.Pointer(&s.a[(i-lo)*z.pitch])
		if at+outputTile*(t.tiles-1)*p.maps.Channels+reach <= len(x) {
			t.pix = unsafe.Pointer(&x[at])
			t.run(winogradInput)
			continue
		}
		t.tiles = 1
		n := inputTile * p.ch
		for r := range inputTile {
			row := s.edge[r*n:][:n]
			clear(row[copy(row, x[min(len(x), at+r*p.maps.row()):]):])
		}
		e := p.edged(t, s.edge, inputTile)
		e.run(winogradInput)
	}
}

// gradient transforms the tiles [lo,hi) of dy to rows of s.b. Beyond an image they read the halo's zeros.
func (p patches) gradient(s *stage, dy []float32, z planes, lo, hi int) {
	t := p.transform(z)
	for i := lo; i < hi; i += t.tiles {
		q := p.place(i)
		t.tiles = min(hi-i, p.tilesX-q.x)
		t.pix, t.freq = unsafe.Pointer(&dy[p.offset(q)+p.inner()]), unsafe.Pointer(&s.b[(i-lo)*z.pitch])
		t.run(winogradSpread)
	}
}

// output transforms rows of s.b to the tiles [lo,hi) of y, and leaves the halo alone.
func (p patches) output(s *stage, y []float32, z planes, lo, hi int) {
	t := p.transform(z)
	for i := lo; i < hi; i += t.tiles {
		q := p.place(i)
		at := p.offset(q) + p.inner()
		t.freq = unsafe.Pointer(&s.b[(i-lo)*z.pitch])
		rows, cols := min(outputTile, p.maps.Height-outputTile*q.y), min(outputTile, p.maps.Width-outputTile*q.x)
		if rows == outputTile && cols == outputTile {
			t.tiles = min(hi-i, p.maps.Width/outputTile-q.x)
			t.pix = unsafe.Pointer(&y[at])
			t.run(winogradOutput)
			continue
		}
		t.tiles = 1
		e := p.edged(t, s.edge, outputTile)
		e.run(winogradOutput)
		for r := range rows {
			copy(y[at+r*p.maps.row():][:cols*p.ch], s.edge[r*outputTile*p.ch:])
		}
	}
}
