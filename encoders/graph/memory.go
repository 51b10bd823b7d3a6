package graph

import (
	"fmt"

	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// memory hands out buffers for results and takes them back when the last operation that reads them is done. Maps with a halo
// share buffers with maps of the same shape alone, so that no one writes to the zeros.
type memory struct {
	last  map[*G.Node]int // the step that reads a node last, its own where none does
	roots map[*G.Node]bool
	ends  [][]*G.Node // nodes by the step that reads them last
	lent  map[*G.Node]buffer
	free  map[key][][]float32
}

type buffer struct {
	key  key
	data []float32
}

type key struct {
	size  int
	shape string // of maps with a halo
}

func newMemory(g *G.ExprGraph, order, roots []*G.Node) *memory {
	m := &memory{
		last: map[*G.Node]int{}, roots: map[*G.Node]bool{}, ends: make([][]*G.Node, len(order)),
		lent: map[*G.Node]buffer{}, free: map[key][][]float32{},
	}
	for _, n := range roots {
		m.roots[n] = true
	}
	for i, n := range order {
		m.last[n] = i // where nothing reads it
		if op, ok := n.Op().(*Op); ok && op.result != nil {
			continue // what is taken lies elsewhere
		}
		for _, c := range operands(g, n) {
			m.last[c] = i
		}
	}
	for _, n := range order {
		m.ends[m.last[n]] = append(m.ends[m.last[n]], n)
	}
	return m
}

// kept reports whether a node's value outlives the run: roots and what is not in memory's hands.
func (m *memory) kept(n *G.Node) bool {
	_, lent := m.lent[n]
	return m.roots[n] || !lent
}

// take returns a buffer for the result of a node.
func (m *memory) take(n *G.Node, size int, halo bool) []float32 {
	k := key{size: size}
	if halo {
		k.shape = fmt.Sprint(n.Shape())
	}
	var data []float32
	if pool := m.free[k]; len(pool) > 0 {
		data, m.free[k] = pool[len(pool)-1], pool[:len(pool)-1]
	} else {
		data = newBuffer(size)
	}
	m.lent[n] = buffer{k, data}
	return data
}

// release takes back what step i has read last.
func (m *memory) release(i int) {
	for _, n := range m.ends[i] {
		if b, lent := m.lent[n]; lent && !m.roots[n] {
			m.free[b.key] = append(m.free[b.key], b.data)
		}
	}
}

// newBuffer returns zeros with the slack behind them that convolutions need.
func newBuffer(size int) []float32 { return make([]float32, size, size+kernel.Slack) }
