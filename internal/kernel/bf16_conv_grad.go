package kernel

import (
	"unsafe"

	"protobench/internal/team"
)

// pairGrad is how a weight gradient of pairs of images goes: chunk after chunk of images, which all
// threads first make pairs of and then multiply, each some rows of the gradient. It depends on the
// shape alone but for the rows of a task.
type pairGrad struct {
	*Conv
	images int // pairs of images of a chunk
	joined int // of which so many are one sum: where maps are small, a sum has to be worth loading and storing
	copies int // of the input: one for each row of the kernel where images are joined, so that rows of joined images are equally far apart
	x      Map // a pair of images of the input
	rowX   int // pairs between the input rows that two output rows meet
}

const (
	gradPairs = 512 // pairs of pixels of a sum, at least
	gradChunk = 4   // pairs of images of a chunk where they are not joined
)

func (c *Conv) pairGrad() pairGrad {
	p := pairGrad{Conv: c, images: gradChunk, joined: 1, copies: 1, x: c.Input(), rowX: c.Stride * c.Input().row()}
	if n := c.OutHeight * c.OutWidth; n < gradPairs {
		p.images = (gradPairs + n - 1) / n
		p.joined, p.copies, p.rowX = p.images, 3, c.Input().row()
	}
	return p
}

// lens are the pairs of a chunk's inputs, and of one pair of images' output gradients in a panel.
func (p pairGrad) xLen() int {
	if p.copies > 1 {
		return p.images * p.copies * p.OutHeight * p.rowX
	}
	return p.images * p.x.image()
}

func (p pairGrad) dyLen() int { return p.OutHeight * p.OutWidth * tileCols }

// gradWeights sets dw to the sum over the chunks of images, in order.
func (c *ConvBF16) gradWeights(team *team.Team, dw, dy []float32, x Normed) {
	p := c.shape.pairGrad()
	panels := (p.Out + tileCols - 1) / tileCols
	xLen := p.xLen() + Slack
	r := rooms{shared: xLen + panels*p.images*p.dyLen()}
	if x.deferred() {
		r.a = 2 * p.x.image()
	}
	room, stages := r.take(team)
	defer stages.end()
	g := pairChunk{pairGrad: p, dw: dw, dy: dy, from: x, xs: room[:xLen], dys: room[xLen:]}
	all := (p.Batch + 1) / 2
	tiles := 3 * p.tilesARow()
	per := min(16, max(1, (tiles+4*team.Threads()-1)/(4*team.Threads())))
	for g.first = 0; g.first < all; g.first += p.images {
		g.count = min(p.images, all-g.first)
		team.Do(2*g.count, func(i int) {
			if i%2 > 0 {
				g.makeGradient(i / 2)
				return
			}
			s, slot := stages.take()
			defer stages.give(slot)
			g.makeInput(s, i/2)
		})
		team.Do((tiles+per-1)/per, func(i int) { g.multiply(i*per, min(tiles, (i+1)*per)) })
	}
}

// tilesARow is how many tiles the rows of dw take that belong to a row of the kernel.
func (p pairGrad) tilesARow() int { return (3*p.In + tileRows - 1) / tileRows }

// pairChunk is the chunk at hand.
type pairChunk struct {
	pairGrad
	dw, dy       []float32
	from         Normed
	xs, dys      []float32 // pairs: the inputs, and panels of output gradients
	first, count int       // pairs of images
}

// makeGradient makes pairs of the output gradients of two images, panel by panel.
func (g *pairChunk) makeGradient(i int) {
	out, even := g.Output(), 2*(g.first+i)
	for q, j := 0, 0; j < g.Out; q, j = q+1, j+tileCols {
		for y := range g.OutHeight {
			at := ((q*g.count+i)*g.OutHeight + y) * g.OutWidth * tileCols
			var second []float32
			if even+1 < g.Batch {
				second = g.dy[out.Row(even+1, y)+j:]
			}
			pairRows(g.dys[at:], tileCols, g.dy[out.Row(even, y)+j:], second, g.Out, min(tileCols, g.Out-j), g.OutWidth)
		}
	}
}

// makeInput makes pairs of two images, behind their norm where they have one.
func (g *pairChunk) makeInput(s *stage, i int) {
	n, even := g.x.image(), 2*(g.first+i)
	var second []float32
	first := g.input(s.a, even)
	if even+1 < g.Batch {
		second = g.input(s.a[min(n, len(s.a)):], even+1)
	}
	if g.copies == 1 {
		pairRows(g.xs[i*n:], 0, first, second, 0, n, 1)
		return
	}
	row := g.x.row()
	for ky := range 3 {
		at := (ky*g.count + i) * g.OutHeight * row
		var below []float32
		if second != nil {
			below = second[ky*row:]
		}
		pairRows(g.xs[at:], row, first[ky*row:], below, g.Stride*row, row, g.OutHeight)
	}
}

// input returns an image, border included, in room where it is behind a norm.
func (g *pairChunk) input(room []float32, i int) []float32 {
	n := g.x.image()
	if !g.from.deferred() {
		return g.from.X[i*n:][:n]
	}
	room = room[:n]
	g.x.clearHalo(room)
	image := g.x.span(i)
	for p := range image.pieces() {
		p.normed(room, g.x.Row(0, 0)+p.at-image.at, &g.from)
	}
	return room
}

// multiply adds the chunk to the tiles [lo,hi) of dw's rows: rows of pixels are runs of a sum.
func (g *pairChunk) multiply(lo, hi int) {
	k := corners.Get()
	defer corners.Put(k)
	step := 4 * g.Stride * g.In
	joined := min(g.joined, g.count)
	t := tile{
		pairs: true, rs: 4, ks: step, bs: 4 * tileCols, runs: joined * g.OutHeight, runLen: g.OutWidth, aSkip: 4*g.rowX - g.OutWidth*step,
	}
	if g.first > 0 {
		t.acc = accC
	}
	for i := 0; i < g.count; i += joined {
		for q, j := 0, 0; j < g.Out; q, j = q+1, j+tileCols {
			t.b = unsafe.Pointer(&g.dys[(q*g.count+i)*g.dyLen()])
			for at := lo; at < hi; at++ {
				g.tile(k, t, i, at, j)
			}
		}
		t.acc = accC
	}
}

// tile adds the sums over the pairs of images from i on to one tile of dw, from column j on.
func (g *pairChunk) tile(k *corner, t tile, i, at, j int) {
	ky, r := at/g.tilesARow(), at%g.tilesARow()*tileRows
	from := i*g.x.image() + ky*g.x.row()
	if g.copies > 1 {
		from = (ky*g.count + i) * g.OutHeight * g.rowX
	}
	rows := min(tileRows, 3*g.In-r)
	groups := (rows + 3) / 4
	for n := range groups {
		t.a[n] = unsafe.Pointer(&g.xs[from+r+4*n])
	}
	k.store(&t, groups, rows, min(tileCols, g.Out-j), g.dw[(ky*3*g.In+r)*g.Out+j:], g.Out)
}
