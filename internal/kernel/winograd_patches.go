package kernel

import "unsafe"

// patches says where the tiles lie in a batch of images: size×size pixels, the first at (2y-pad, 2x-pad) for the tile
// (y, x), of which ch channels from first on take part.
type patches struct {
	*winograd
	size, pad        int
	pitch, first, ch int
}

func (w *winograd) patches(size, pad, pitch, first, ch int) patches {
	return patches{winograd: w, size: size, pad: pad, pitch: pitch, first: first, ch: ch}
}

// place is the image and the first pixel of a tile; the pixel may lie outside of the image.
type place struct{ image, y, x int }

// at finds a tile and the number of tiles from it on, at most limit, that lie in one row and inside of the image. It is
// 0 where the tile itself reaches beyond.
func (p patches) at(tile, limit int) (place, int) {
	row, x := tile/p.tilesX, tile%p.tilesX
	image, y := row/p.tilesY, row%p.tilesY
	q := place{image: image, y: outputTile*y - p.pad, x: outputTile*x - p.pad}
	if q.y < 0 || q.x < 0 || q.y+p.size > p.height || q.x+p.size > p.width {
		return q, 0
	}
	return q, min(limit, (p.width-p.size-q.x)/outputTile+1)
}

func (p patches) offset(q place) int {
	return ((q.image*p.height+q.y)*p.width+q.x)*p.pitch + p.first
}

// direct points a transform at the images, edged at one tile in a buffer of its own.
func (p patches) direct(t *transform, x []float32, q place, tiles int) {
	t.pix, t.row, t.col = unsafe.Pointer(&x[p.offset(q)]), 4*p.width*p.pitch, 4*p.pitch
	t.tiles, t.pixSkip = tiles, 4*(outputTile*p.pitch-p.ch)
}

func (p patches) edged(t *transform, edge []float32) {
	t.pix, t.row, t.col = unsafe.Pointer(&edge[0]), 4*p.size*p.ch, 4*p.ch
	t.tiles, t.pixSkip = 1, 0
}

func (p patches) transform(z planes) transform {
	return transform{plane: 4 * z.plane, blocks: p.ch / lanes, freqSkip: 4 * (z.pitch - p.ch)}
}

// read transforms the tiles [lo,hi) of the images x to rows of z. What lies outside of an image is zero.
func (p patches) read(to transformation, s *stage, x, z []float32, zs planes, lo, hi int) {
	t := p.transform(zs)
	for i := lo; i < hi; {
		q, n := p.at(i, hi-i)
		if n > 0 {
			p.direct(&t, x, q, n)
		} else {
			n = 1
			p.gather(s.edge, x, q)
			p.edged(&t, s.edge)
		}
		t.freq = unsafe.Pointer(&z[(i-lo)*zs.pitch])
		t.run(to)
		i += n
	}
}

// write transforms rows of z to the tiles [lo,hi) of the images y.
func (p patches) write(s *stage, y, z []float32, zs planes, lo, hi int) {
	t := p.transform(zs)
	for i := lo; i < hi; {
		q, n := p.at(i, hi-i)
		t.freq = unsafe.Pointer(&z[(i-lo)*zs.pitch])
		if n > 0 {
			p.direct(&t, y, q, n)
			t.run(winogradOutput)
		} else {
			n = 1
			p.edged(&t, s.edge)
			t.run(winogradOutput)
			p.scatter(y, s.edge, q)
		}
		i += n
	}
}

// gather copies a tile, with zeros for what lies outside of the image.
func (p patches) gather(edge, x []float32, q place) {
	for r := range p.size {
		row := edge[r*p.size*p.ch:][:p.size*p.ch]
		if y := q.y + r; y < 0 || y >= p.height {
			clear(row)
			continue
		}
		lo, hi := p.columns(q)
		clear(row[:lo*p.ch])
		clear(row[hi*p.ch:])
		from := x[p.offset(place{q.image, q.y + r, q.x + lo}):]
		if p.ch == p.pitch {
			copy(row[lo*p.ch:hi*p.ch], from)
			continue
		}
		for c := lo; c < hi; c++ {
			copy(row[c*p.ch:][:p.ch], from[(c-lo)*p.pitch:])
		}
	}
}

// scatter copies the pixels of a tile that lie inside of the image; all of them start inside.
func (p patches) scatter(y, edge []float32, q place) {
	_, n := p.columns(q)
	for r := range min(p.size, p.height-q.y) {
		copy(y[p.offset(place{q.image, q.y + r, q.x}):][:n*p.ch], edge[r*p.size*p.ch:])
	}
}

// columns returns the columns of a tile that lie inside of the image.
func (p patches) columns(q place) (lo, hi int) { return max(0, -q.x), min(p.size, p.width-q.x) }
