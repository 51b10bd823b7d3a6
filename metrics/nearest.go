package metrics

import (
	"math"

	"protobench/internal/kernel"
	"protobench/metrics/matrix"
)

// pairBlock is the side of the square of cosines that is held at once.
const pairBlock = 512

// Nearest holds each prototype's nearest other prototype by cosine.
type Nearest struct {
	Index  []int     // [K]; -1 for a row without a direction, or when there is no other
	Cosine []float64 // [K], in [-1,1]; 0 where Index is -1
}

// NearestOf finds the nearest neighbours among the rows of p [K,D]. Partial collapse
// shows as cosines near 1; the lower index wins ties.
func NearestOf(p matrix.Matrix) Nearest {
	d := matrix.DirectionsOf(p)
	n := Nearest{Index: make([]int, p.Rows), Cosine: make([]float64, p.Rows)}
	best := make([]float32, p.Rows)
	for i := range n.Index {
		n.Index[i], best[i] = -1, float32(math.Inf(-1))
	}
	take := func(i, j int, c float32) {
		if c > best[i] { // partners come in ascending order: the lower of equals stays
			n.Index[i], best[i] = j, c
		}
	}
	eachPair(d, func(i, j int, c float32) {
		take(i, j, c)
		take(j, i, c)
	})
	for i, j := range n.Index {
		if j >= 0 {
			n.Cosine[i] = d.Cosine(i, j)
		}
	}
	return n
}

// Summary describes the cosines of the rows that have a neighbour.
func (n Nearest) Summary() (Summary, bool) {
	var c []float64
	for i, j := range n.Index {
		if j >= 0 {
			c = append(c, n.Cosine[i])
		}
	}
	return Summarise(c)
}

// eachPair calls f once for every pair i < j of rows with a direction, in an order
// that depends on the shape alone, with their float32 cosine.
func eachPair(d matrix.Directions, f func(i, j int, cos float32)) {
	rows := d.With()
	unit := d.Unit.Pick(rows)
	cos := make([]float32, pairBlock*pairBlock)
	for i0 := 0; i0 < len(rows); i0 += pairBlock {
		for j0 := i0; j0 < len(rows); j0 += pairBlock {
			m, n := min(pairBlock, len(rows)-i0), min(pairBlock, len(rows)-j0)
			c := unit.Cols
			kernel.Gemm(nil, false, true, m, n, c, unit.Data[i0*c:], c, unit.Data[j0*c:], c, cos, n, false)
			for i := range m {
				for j := max(0, i0+i+1-j0); j < n; j++ {
					f(rows[i0+i], rows[j0+j], cos[i*n+j])
				}
			}
		}
	}
}

// nearestSpecs summarise the cosines of prototypes to their nearest others.
func nearestSpecs() []Spec {
	const undefined = "fewer than two prototypes have a direction"
	var list []Spec
	for _, q := range []struct {
		name, doc string
		of        func(Summary) float64
	}{
		{"mean", "mean", func(s Summary) float64 { return s.Mean }},
		{"p05", "5 % quantile", func(s Summary) float64 { return s.P05 }},
		{"median", "median", func(s Summary) float64 { return s.Median }},
		{"p95", "95 % quantile", func(s Summary) float64 { return s.P95 }},
		{"max", "largest", func(s Summary) float64 { return s.Max }},
	} {
		list = append(list, Spec{
			Key: "nearest_cosine." + q.name, Of: OfPrototypes, When: Extra, Unit: Cosine, Better: Lower, Geometric: true, Tables: []Table{GeometryTable}, Undefined: undefined,
			Doc:      q.doc + " over the prototypes of the cosine to the nearest other one",
			Collapse: "near 1 where prototypes have near copies",
			measure: func(in *Input) Result {
				s, ok := in.nearest()
				return defined(q.of(s), ok, undefined)
			},
		})
	}
	list[0].Column = "**nearest_cosine**: cosine of a prototype to its nearest other one; near 1 where prototypes have near copies."
	return list
}

func (in *Input) nearest() (Summary, bool) {
	n := shared(in, "nearest", func() Nearest { return NearestOf(in.Effective) })
	return n.Summary()
}
