package metrics

import (
	"protobench/internal/kernel"
	"protobench/metrics/matrix"
)

const (
	coverBlock = 256  // rows that are scanned against all representatives at once
	repsChunk  = 1024 // representatives per matrix product
)

// greedy grows the covers of all thresholds together. A row is owned by the first
// representative in index order that is near enough, which is the same as
// letting each representative claim later rows.
type greedy struct {
	dirs   matrix.Directions
	eps    []float64
	floor  float64  // below this float32 cosine no threshold can be met
	reps   []int    // rows that represent at some threshold, ascending
	member [][]bool // [len(reps)][len(eps)], at which thresholds
	covers []Cover
	cos    []float32 // scratch [coverBlock,repsChunk]
	units  []float32 // scratch [repsChunk,Cols]
}

func newGreedy(d matrix.Directions, eps []float64) *greedy {
	g := &greedy{dirs: d, eps: eps, floor: 2, covers: make([]Cover, len(eps))}
	g.cos = make([]float32, coverBlock*repsChunk)
	for e, x := range eps {
		g.floor = min(g.floor, 1-x-d.Slack())
		owner := make([]int, d.Raw.Rows)
		for i := range owner {
			owner[i] = -1
		}
		g.covers[e] = Cover{Representatives: []int{}, Owner: owner}
	}
	return g
}

// add scans one block of rows: first against the representatives so far, then
// among themselves.
func (g *greedy) add(rows []int) {
	block := g.dirs.Unit.Pick(rows)
	before := len(g.reps)
	for at := 0; at < before; at += repsChunk {
		n := min(repsChunk, before-at)
		g.products(block, g.unitsOf(g.reps[at:at+n]), n)
		for i, row := range rows {
			g.claim(row, g.cos[i*n:(i+1)*n], at)
		}
	}
	g.within(rows, block, before)
}

// within resolves a block among its own rows, in order.
func (g *greedy) within(rows []int, block matrix.Matrix, before int) {
	n := block.Rows
	g.products(block, block.Data, n)
	var own []int // positions in the block that became representatives
	line := make([]float32, 0, n)
	for i, row := range rows {
		line = line[:0]
		for _, o := range own {
			line = append(line, g.cos[i*n+o])
		}
		g.claim(row, line, before)
		if g.promote(row) {
			own = append(own, i)
		}
	}
}

// unitsOf are the unit vectors of some representatives: where these follow each other, those of the
// matrix itself, else a copy, so that no more than a chunk of them is held twice.
func (g *greedy) unitsOf(reps []int) []float32 {
	d := g.dirs.Unit.Cols
	if n := len(reps); reps[n-1]-reps[0] == n-1 {
		return g.dirs.Unit.Data[reps[0]*d:][:n*d]
	}
	g.units = g.units[:0]
	for _, row := range reps {
		g.units = append(g.units, g.dirs.Unit.Row(row)...)
	}
	return g.units
}

func (g *greedy) products(block matrix.Matrix, reps []float32, n int) {
	d := block.Cols
	kernel.Gemm(nil, false, true, block.Rows, n, d, block.Data, d, reps, d, g.cos, n, false)
}

// claim gives a row to the first of the representatives reps[at:at+len(cos)] that
// covers it, for each threshold at which it is still free.
func (g *greedy) claim(row int, cos []float32, at int) {
	if !g.dirs.Has[row] {
		return
	}
	for j, c := range cos {
		if float64(c) < g.floor {
			continue
		}
		if g.offer(row, at+j, float64(c)) {
			return
		}
	}
}

// offer tries one representative and reports whether no threshold is left free.
func (g *greedy) offer(row, rep int, cos float64) (done bool) {
	done = true
	for e := range g.eps {
		owner := g.covers[e].Owner
		if owner[row] >= 0 {
			continue
		}
		if g.member[rep][e] && g.near(row, g.reps[rep], cos, g.eps[e]) {
			owner[row] = g.reps[rep]
			continue
		}
		done = false
	}
	return done
}

// near decides 1 - cos < eps: from the float32 cosine where its error cannot
// matter, else in float64.
func (g *greedy) near(i, j int, cos, eps float64) bool {
	switch gap := 1 - cos - eps; {
	case gap > g.dirs.Slack():
		return false
	case gap < -g.dirs.Slack():
		return true
	}
	return 1-g.dirs.Cosine(i, j) < eps
}

// promote makes a row the representative at every threshold where it is free, and
// reports whether later rows may be covered by it.
func (g *greedy) promote(row int) bool {
	member, free := make([]bool, len(g.eps)), false
	for e := range g.covers {
		c := &g.covers[e]
		if c.Owner[row] < 0 {
			c.Owner[row] = row
			c.Representatives = append(c.Representatives, row)
			member[e], free = true, true
		}
	}
	if !free || !g.dirs.Has[row] {
		return false
	}
	g.reps = append(g.reps, row)
	g.member = append(g.member, member)
	return true
}
