package geometry

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// MeanNorm is the length of the mean of the normalised rows p [K,D], in [0,1]: about
// 1/√K for random unit vectors, 1 after total collapse. Near 1 the prototypes
// share an offset that shrinks all cosine distances; compare unique@ε with
// unique_centred@ε then. Undefined (false) when no row has a direction.
func MeanNorm(p matrix.Matrix) (float64, bool) {
	d := matrix.NormsOf(p)
	rows := d.With()
	if len(rows) == 0 {
		return 0, false
	}
	var s float64
	for _, x := range d.Mean(rows) {
		s += float64(x * x)
	}
	return math.Sqrt(s), true
}

// MeanNormSpecs declares the norm of the prototypes' mean.
func MeanNormSpecs() []metric.Spec {
	return []metric.Spec{{
		Formula: "|mean_k c_k|, c of length 1", Key: "prototype_mean_norm", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Length, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: metric.NoDirection,
		Doc: "norm of the mean of the unit prototypes; 1 when all point one way", Source: "offset check",
		Collapse: "1 at total collapse; near 1 where a common offset shrinks all distances",
		Column:   "**prototype-mean-norm**: length of the mean of the unit prototypes; 1 when all point one way.",
		Value:    metric.DefinedBy(func(in *metric.Input) (float64, bool) { return MeanNorm(in.Effective) }, metric.NoDirection),
	}}
}
