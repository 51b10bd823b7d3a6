package geometry

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// NormSpread is the standard deviation (over K) of the Euclidean norms of the rows p [K,D], ≥ 0: 0
// for prototypes on a sphere. Scores that do not normalise prototypes let the longer ones win.
// Undefined (false) without rows or with NaN or Inf.
func NormSpread(p matrix.Matrix) (float64, bool) {
	if p.Rows == 0 || !p.Finite() {
		return 0, false
	}
	norms, mean := make([]float64, p.Rows), 0.0
	for i := range norms {
		norms[i] = math.Sqrt(matrix.Dot(p.Row(i), p.Row(i)))
		mean += norms[i] / float64(p.Rows)
	}
	var square float64
	for _, n := range norms {
		square += float64((n - mean) * (n - mean))
	}
	return math.Sqrt(square / float64(p.Rows)), true
}

// NormSpreadSpecs declares the spread of the raw prototypes' norms.
func NormSpreadSpecs() []metric.Spec {
	const undefined = "the raw prototypes are not known or not finite"
	return []metric.Spec{{
		Formula: "std_k |w_k|", Key: "prototype_norm_spread", Of: metric.OfPrototypes, Unit: metric.Length, Better: metric.Neither, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc: "standard deviation of the raw prototypes' norms, as they enter the student's graph", Source: "scale check",
		Collapse: "0 for prototypes on a sphere; large where few long prototypes can take all images, if scores do not normalise them",
		Column:   "**prototype-norm-spread**: standard deviation of the raw prototypes' norms; 0 when all lie on a sphere.",
		Value:    metric.DefinedBy(func(in *metric.Input) (float64, bool) { return NormSpread(in.Raw) }, undefined),
	}}
}
