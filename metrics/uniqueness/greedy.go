package uniqueness

import (
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	coverBlock = 1024 // rows that are scanned against representatives at once
	repsChunk  = 1024 // representatives per matrix product
	cosineRun  = 64   // cosines whose largest decides whether one of them is near enough
	coverTask  = 16   // rows whose cosines one thread looks through at a time
)

// greedy grows the covers of all thresholds together. A row is owned by the first
// representative in index order that is near enough, which is the same as
// letting each representative claim later rows. The team's threads share the products and the search
// for a row's representative, which no other row's decides.
type greedy struct {
	team   *team.Team
	dirs   matrix.Directions
	eps    []float64
	floors []float64 // [len(eps)], the float32 cosines below which a threshold is not met
	reps   []int     // rows that represent at some threshold, ascending
	member [][]bool  // [len(reps)][len(eps)], at which thresholds
	covers []Cover
	cos    []float32 // scratch [coverBlock,repsChunk]
	units  []float32 // scratch [repsChunk,Cols]
}

// met is above every cosine: the floor of a row that has an owner at all thresholds.
const met = 3

func newGreedy(team *team.Team, d matrix.Directions, eps []float64) *greedy {
	g := &greedy{team: team, dirs: d, eps: eps, covers: make([]Cover, len(eps))}
	g.cos = make([]float32, min(coverBlock, d.Raw.Rows)*min(repsChunk, d.Raw.Rows))
	for e, x := range eps {
		g.floors = append(g.floors, 1-x-d.Slack())
		owner := make([]int, d.Raw.Rows)
		for i := range owner {
			owner[i] = -1
		}
		g.covers[e] = Cover{Representatives: []int{}, Owner: owner}
	}
	return g
}

// add scans one block of rows: first against the representatives so far, then
// among themselves. Rows that have found all their owners are left out of what follows.
func (g *greedy) add(rows []int) {
	block, before := g.rows(rows), len(g.reps)
	for at := 0; at < before && len(rows) > 0; at += repsChunk {
		n := min(repsChunk, before-at)
		g.products(block, g.unitsOf(g.reps[at:at+n]), n)
		g.team.Chunks(len(rows), coverTask, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				g.claim(rows[i], g.cos[i*n:(i+1)*n], at)
			}
		})
		if open := g.open(rows); 4*len(open) <= 3*len(rows) {
			rows, block = open, g.rows(open)
		}
	}
	if len(rows) > 0 {
		g.within(rows, block, before)
	}
}

// rows are the unit vectors of some rows, those of the matrix itself where they follow each other.
func (g *greedy) rows(rows []int) matrix.Matrix {
	u := g.dirs.Unit
	if n := len(rows); n > 0 && rows[n-1]-rows[0] == n-1 {
		return matrix.Of(n, u.Cols, u.Data[rows[0]*u.Cols:][:n*u.Cols])
	}
	return u.Pick(rows)
}

// open are the rows that are free at some threshold.
func (g *greedy) open(rows []int) []int {
	var open []int
	for _, row := range rows {
		if g.floor(row) < met {
			open = append(open, row)
		}
	}
	return open
}

// floor is the cosine below which no threshold is met at which a row is free.
func (g *greedy) floor(row int) float64 {
	floor := float64(met)
	for e, f := range g.floors {
		if g.covers[e].Owner[row] < 0 {
			floor = min(floor, f)
		}
	}
	return floor
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
	kernel.Gemm(g.team, false, true, block.Rows, n, d, block.Data, d, reps, d, g.cos, n, false)
}

// claim gives a row to the first of the representatives reps[at:at+len(cos)] that
// covers it, for each threshold at which it is still free.
func (g *greedy) claim(row int, cos []float32, at int) {
	floor := g.floor(row)
	for lo := 0; lo < len(cos) && floor < met; lo += cosineRun {
		run := cos[lo:min(lo+cosineRun, len(cos))]
		if float64(kernel.Max(run)) < floor {
			continue
		}
		for j, c := range run {
			if float64(c) >= floor && g.offer(row, at+lo+j, float64(c)) {
				floor = g.floor(row)
			}
		}
	}
}

// offer tries one representative and reports whether it owns the row at some threshold now.
func (g *greedy) offer(row, rep int, cos float64) (taken bool) {
	for e := range g.eps {
		owner := g.covers[e].Owner
		if owner[row] < 0 && g.member[rep][e] && g.near(row, g.reps[rep], cos, g.eps[e]) {
			owner[row], taken = g.reps[rep], true
		}
	}
	return taken
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
	if !free {
		return false
	}
	g.reps = append(g.reps, row)
	g.member = append(g.member, member)
	return true
}
