package graph

import G "gorgonia.org/gorgonia"

// block is the memory of one result, or of several that are written over each other.
type block struct {
	key         key
	first, last int // the steps that write it first and read it last
	at          int // where it begins in the arena, in floats
	border      bool
}

// key says what a block is for. The border of zeros is that of maps of one shape.
type key struct {
	size int
	halo bool
	maps [4]int // shape of maps with a halo
}

// lifetimes are the blocks of a program's results but its roots', which outlive a run.
type lifetimes struct {
	blocks []*block
	of     map[*G.Node]*block
	fresh  map[*G.Node]bool // results that are not written over an operand
}

func newLifetimes(g *G.ExprGraph, order, roots []*G.Node) *lifetimes {
	l := &lifetimes{of: map[*G.Node]*block{}, fresh: map[*G.Node]bool{}}
	root := map[*G.Node]bool{}
	for _, n := range roots {
		root[n] = true
	}
	last := lastReads(g, order)
	for i, n := range order {
		if k, ours := keyOf(g, n); ours && !root[n] {
			l.add(n, k, i, last, operands(g, n))
		}
	}
	return l
}

// add gives the result of step i a block, that of an operand which dies there where the operation
// may write over it.
func (l *lifetimes) add(n *G.Node, k key, i int, last map[*G.Node]int, operands []*G.Node) {
	for at, c := range operands {
		if b := l.of[c]; b != nil && last[c] == i && b.last == i && b.key == k && overwrites(n, at) {
			b.last, l.of[n] = last[n], b
			return
		}
	}
	b := &block{key: k, first: i, last: last[n]}
	l.blocks, l.of[n], l.fresh[n] = append(l.blocks, b), b, true
}

// lastReads returns the step that reads a node last, its own where none does.
func lastReads(g *G.ExprGraph, order []*G.Node) map[*G.Node]int {
	last := make(map[*G.Node]int)
	for i, n := range order {
		last[n] = i
		if op, ok := n.Op().(*Op); ok && op.result != nil {
			continue // what is taken lies elsewhere
		}
		for _, c := range operands(g, n) {
			last[c] = i
		}
	}
	return last
}

// keyOf says what memory a node's result needs, if it lies in memory of ours.
func keyOf(g *G.ExprGraph, n *G.Node) (key, bool) {
	op, ok := n.Op().(*Op)
	if ok {
		return newKey(n, op.size(), op.Halo), op.result == nil
	}
	if !isSum(n) {
		return key{}, false
	}
	halo := true // of a sum of maps: all of it is written
	for _, c := range operands(g, n) {
		k, _ := keyOf(g, c)
		halo = halo && k.halo
	}
	return newKey(n, n.Shape().TotalSize(), halo), true
}

func newKey(n *G.Node, size int, halo bool) key {
	k := key{size: size, halo: halo}
	if halo {
		copy(k.maps[:], n.Shape())
	}
	return k
}

// overwrites reports whether the operation of n may write its result over operand number at.
func overwrites(n *G.Node, at int) bool {
	op, ok := n.Op().(*Op)
	return !ok || at < len(op.Over) && op.Over[at]
}
