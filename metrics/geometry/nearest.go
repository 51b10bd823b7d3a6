package geometry

import (
	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/neighbours"
)

// Nearest holds each prototype's nearest other prototype by cosine.
type Nearest struct {
	Index  []int     // [K]; -1 for a row without a direction, or when there is no other
	Cosine []float64 // [K], in [-1,1]; 0 where Index is -1
}

// NearestOf finds the nearest neighbours among the rows of p [K,D]. Partial collapse
// shows as cosines near 1; the lower index wins ties. The team shares the work and changes no bit.
func NearestOf(team *team.Team, p matrix.Matrix) Nearest {
	d := matrix.DirectionsOf(p)
	n := Nearest{Index: make([]int, p.Rows), Cosine: make([]float64, p.Rows)}
	for i := range n.Index {
		n.Index[i] = -1
	}
	rows, unit := d.With(), d.Unit
	if len(rows) < unit.Rows {
		unit = unit.Pick(rows)
	}
	for i, list := range neighbours.Of(team, unit, unit, min(2, len(rows)), nil) {
		for _, other := range list { // of equals the lower ones come first: a row may not be among its two
			if other.Index != i {
				n.Index[rows[i]] = rows[other.Index]
				n.Cosine[rows[i]] = d.Cosine(rows[i], rows[other.Index])
				break
			}
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

// NearestSpecs summarise the cosines of prototypes to their nearest others.
func NearestSpecs() []metric.Spec {
	const undefined = "fewer than two prototypes have a direction"
	var list []metric.Spec
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
		list = append(list, metric.Spec{
			Formula: "over k of max_{l≠k} cos(c_k, c_l)", Source: "nearest-neighbour check; DINOv2's KoLeo looks at the same neighbours", Key: "nearest_cosine." + q.name, Of: metric.OfPrototypes, Unit: metric.Cosine, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
			Doc:      q.doc + " over the prototypes of the cosine to the nearest other one",
			Collapse: "near 1 where prototypes have near copies",
			Value: func(in *metric.Input) metric.Result {
				s, ok := nearest(in)
				return metric.Defined(q.of(s), ok, undefined)
			},
		})
	}
	list[0].Column = "**nearest_cosine**: cosine of a prototype to its nearest other one; near 1 where prototypes have near copies."
	return list
}

func nearest(in *metric.Input) (Summary, bool) {
	return metric.SharedIf(in, "nearest", func() (Summary, bool) { return NearestOf(in.Team, in.Effective).Summary() })
}
