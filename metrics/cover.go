package metrics

import "slices"

// Cover is a greedy cover of a matrix's rows by some of them.
type Cover struct {
	Representatives []int // ascending row indices
	Owner           []int // [Rows], the representative that covers a row; -1 where the row took no part
}

// Count is the number of representatives M: the number of unique prototypes.
func (c Cover) Count() int { return len(c.Representatives) }

// Sizes returns the number of rows that each representative covers (itself
// included), in the order of Representatives.
func (c Cover) Sizes() []int {
	sizes := make([]int, len(c.Representatives))
	for _, o := range c.Owner {
		if o >= 0 {
			at, _ := slices.BinarySearch(c.Representatives, o)
			sizes[at]++
		}
	}
	return sizes
}

// Unique counts the prototypes p [K,D] that are distinct up to cosine distance eps
// (in [0,2]): rows are scanned in index order, an uncovered row becomes a
// representative and covers every later uncovered row with 1 - cos < eps
// (strictly, so eps = 0 keeps all). Partial collapse shows as Count far below
// K; total collapse as 1.
//
// Arteaga et al. 2025, Definition 2.1. The count is an upper bound of the
// smallest cover, depends on the row order, and need not be monotone in eps.
// A row without a direction covers nothing but itself and is covered by nothing.
func Unique(p Matrix, eps float64) Cover { return Covers(p, []float64{eps})[0] }

// Covers is Unique for several thresholds that share the cosines; the result is in
// the order of eps. Memory stays linear in K: no K×K matrix is held.
func Covers(p Matrix, eps []float64) []Cover {
	all := make([]int, p.Rows)
	for i := range all {
		all[i] = i
	}
	return coverRows(directionsOf(p), all, eps)
}

// coverRows covers the listed rows (ascending) and leaves all others out.
func coverRows(d directions, rows []int, eps []float64) []Cover {
	g := newGreedy(d, eps)
	for start := 0; start < len(rows); start += coverBlock {
		g.add(rows[start:min(start+coverBlock, len(rows))])
	}
	return g.covers
}
