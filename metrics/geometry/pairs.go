package geometry

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// pairBlock is the side of the square of cosines that is held at once.
const pairBlock = 512

// pairTile is a square of cosines of rows with a direction. On the diagonal only the pairs above it
// are of interest.
type pairTile struct {
	i0, j0     int       // of its first pair, among the rows with a direction
	m, n       int       // size
	cos        []float32 // [m,n]
	diagonally bool      // i0 == j0
}

// each calls f for every pair i < j of the tile with its float32 cosine.
func (t pairTile) each(f func(cos float32)) {
	for i := range t.m {
		from := 0
		if t.diagonally {
			from = i + 1
		}
		for _, c := range t.cos[i*t.n+from : (i+1)*t.n] {
			f(c)
		}
	}
}

// pairTiles is the number of tiles that are worked on before what was found in them is taken.
const pairTiles = 8

// overPairs works on all tiles that hold a pair i < j of rows with a direction, on the team's
// threads, and takes what was found in each in an order that depends on the shape alone. Memory is a
// tile a thread and what was found in eight of them.
func overPairs[T any](team *team.Team, d matrix.Directions, work func(pairTile) T, take func(T)) {
	rows, unit := d.With(), d.Unit
	if len(rows) < unit.Rows {
		unit = unit.Pick(rows)
	}
	tiles := pairTilesOf(len(rows))
	var room kernel.Stock[[pairBlock * pairBlock]float32]
	var some [pairTiles]T
	for from := 0; from < len(tiles); from += pairTiles {
		n := min(pairTiles, len(tiles)-from)
		team.Do(n, func(k int) {
			t, c, cos := tiles[from+k], unit.Cols, room.Get()
			defer room.Put(cos)
			t.cos = cos[:t.m*t.n]
			kernel.Gemm(nil, false, true, t.m, t.n, c, unit.Data[t.i0*c:], c, unit.Data[t.j0*c:], c, t.cos, t.n, false)
			some[k] = work(t)
		})
		for _, found := range some[:n] {
			take(found)
		}
	}
}

func pairTilesOf(n int) (tiles []pairTile) {
	for i := 0; i < n; i += pairBlock {
		for j := i; j < n; j += pairBlock {
			tiles = append(tiles, pairTile{i0: i, j0: j, m: min(pairBlock, n-i), n: min(pairBlock, n-j), diagonally: i == j})
		}
	}
	return tiles
}
