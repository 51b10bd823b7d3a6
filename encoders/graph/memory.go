package graph

import (
	"cmp"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// memory is where a program's results lie. They share one arena by lifetime: each block is placed in
// the narrowest gap between those that are needed at the same time.
// What a block's maps have of a border of zeros is renewed with them where other numbers lie there
// in between. Roots have buffers of their own.
type memory struct {
	*lifetimes
	arena []float32
	base  int // where the program begins in it, in floats
}

// align is a cache line, in floats: no two blocks share one.
const align = 16

func newMemory(a *Arena, g *G.ExprGraph, order, roots []*G.Node) *memory {
	m := &memory{lifetimes: newLifetimes(g, order, roots)}
	a.settle(m, m.place())
	return m
}

// place lays the blocks out, the large ones first or those first that are needed to the end,
// whichever takes less, and returns the length.
func (m *memory) place() (size int) {
	latest := func(b *block) int { return b.last }
	size = m.lay(latest)
	if n := m.lay((*block).room); n <= size {
		size = n
	} else {
		m.lay(latest)
	}
	for _, b := range m.blocks {
		b.border = b.key.halo && slices.ContainsFunc(m.blocks, b.soils)
	}
	return size
}

// lay places the blocks by weight, the largest first, and returns the length that they take.
func (m *memory) lay(weight func(b *block) int) (size int) {
	queue := slices.Clone(m.blocks)
	slices.SortStableFunc(queue, func(a, b *block) int { return cmp.Compare(weight(b), weight(a)) })
	placed := queue[:0:0] // by address
	for _, b := range queue {
		b.at = gap(b, placed)
		i, _ := slices.BinarySearchFunc(placed, b.at, func(p *block, at int) int { return cmp.Compare(p.at, at) })
		placed = slices.Insert(placed, i, b)
		size = max(size, b.at+b.room())
	}
	return size
}

// gap returns where the narrowest gap begins that holds b among the blocks which are needed while
// it is.
func gap(b *block, placed []*block) (at int) {
	end, best := 0, 0
	for _, p := range placed {
		if p.first > b.last || b.first > p.last {
			continue
		}
		if free := p.at - end; free >= b.room() && (best == 0 || free < best) {
			at, best = end, free
		}
		end = max(end, p.at+p.room())
	}
	if best == 0 {
		return end
	}
	return at
}

// room is a block's length with what convolutions may read behind it.
func (b *block) room() int { return (b.key.size + kernel.Slack + align - 1) / align * align }

// soils reports whether numbers of o lie in b but not where maps of the same shape do.
func (b *block) soils(o *block) bool { return b.soiledFrom(0, o, 0) }

// soiledFrom reports the same of blocks of two programs that begin at base and at from.
func (b *block) soiledFrom(base int, o *block, from int) bool {
	at, other := base+b.at, from+o.at
	return other < at+b.room() && at < other+o.room() && (other != at || o.key != b.key)
}

// kept reports whether a node's value outlives the run: roots and what is not in memory's hands.
func (m *memory) kept(n *G.Node) bool { return m.of[n] == nil }

// take returns the buffer for the result of a node, and its block where the node is the first to
// write there.
func (m *memory) take(n *G.Node, size int) (data []float32, fresh *block) {
	b := m.of[n]
	if b == nil {
		return newBuffer(size), nil
	}
	if m.fresh[n] {
		fresh = b
	}
	at := m.base + b.at
	return m.arena[at : at+size : at+size+kernel.Slack], fresh
}

// renew writes the border of zeros around maps anew where other numbers may lie.
func (b *block) renew(team *team.Team, maps []float32) {
	if !b.border {
		return
	}
	s := b.key.maps
	m := kernel.Map{Images: s[0], Height: s[1] - 2, Width: s[2] - 2, Channels: s[3], Halo: 1}
	m.ClearHalo(team, maps)
}

// newBuffer returns zeros with the slack behind them that convolutions need.
func newBuffer(size int) []float32 { return make([]float32, size, size+kernel.Slack) }
