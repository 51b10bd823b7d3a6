package training

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Displacement is the mean of 1 - cos between each row of start and now (both
// [K,D]), in [0,2]: 0 for prototypes that never moved, whose uniqueness is then
// that of their initialisation. Rows without a direction in either matrix are
// left out; undefined (false) when none is left.
func Displacement(start, now matrix.Matrix) (float64, bool) {
	matrix.MustMatch("prototypes after training", now.Rows, start.Rows)
	matrix.MustMatch("dimensions after training", now.Cols, start.Cols)
	a, b := matrix.NormsOf(start), matrix.NormsOf(now)
	var sum float64
	n := 0
	for i := range start.Rows {
		if a.Has[i] && b.Has[i] {
			c := matrix.Dot(start.Row(i), now.Row(i)) / (a.Norm[i] * b.Norm[i])
			sum += 1 - math.Max(-1, math.Min(1, c))
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// DisplacementSpecs declares the displacement of prototypes.
func DisplacementSpecs() []metric.Spec {
	return []metric.Spec{{
		Formula: "mean_k (1 − cos(c_k(0), c_k(t)))", Source: "defined here", Key: "displacement", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.CosineDistance, Better: metric.Neither, Tables: []metric.Table{metric.MainTable}, Undefined: metric.NoDirection,
		Doc:      "mean cosine distance of the prototypes from their start",
		Collapse: "near 0, a perfect uniqueness is the start's",
		Column:   "**displacement**: mean cosine distance of a prototype from its start. Near 0 a perfect unique@ε says only that nothing moved.",
		Value:    metric.DefinedBy(func(in *metric.Input) (float64, bool) { return Displacement(in.Initial, in.Effective) }, metric.NoDirection),
	}}
}
