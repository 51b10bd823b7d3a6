package metrics

import (
	"math"

	"protobench/metrics/matrix"
)

// MeanNorm is the length of the mean of the normalised rows p [K,D], in [0,1]: about
// 1/√K for random unit vectors, 1 after total collapse. Near 1 the prototypes
// share an offset that shrinks all cosine distances; compare Unique with
// UniqueCentred then. Undefined (false) when no row has a direction.
func MeanNorm(p matrix.Matrix) (float64, bool) {
	d := matrix.DirectionsOf(p)
	rows := d.With()
	if len(rows) == 0 {
		return 0, false
	}
	var s float64
	for _, x := range unitMean(d, rows) {
		s += float64(x * x)
	}
	return math.Sqrt(s), true
}

// Displacement is the mean of 1 - cos between each row of start and now (both
// [K,D]), in [0,2]: 0 for prototypes that never moved, whose uniqueness is then
// that of their initialisation. Rows without a direction in either matrix are
// left out; undefined (false) when none is left.
func Displacement(start, now matrix.Matrix) (float64, bool) {
	matrix.MustMatch("prototypes after training", now.Rows, start.Rows)
	matrix.MustMatch("dimensions after training", now.Cols, start.Cols)
	a, b := matrix.DirectionsOf(start), matrix.DirectionsOf(now)
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

// FeatureStd is the standard deviation (n-1) of each dimension of the normalised
// rows x [N,D], averaged over dimensions; 1/√D for an isotropic cloud (Chen and He
// 2021, SimSiam). Total collapse shows as a value near 0. Undefined (false) with
// NaN or Inf anywhere, or with fewer than two rows that have a direction.
func FeatureStd(x matrix.Matrix) (float64, bool) {
	d := matrix.DirectionsOf(x)
	rows := d.With()
	if len(rows) < 2 || !x.Finite() {
		return 0, false
	}
	mean, sum := unitMean(d, rows), make([]float64, x.Cols)
	for _, i := range rows {
		for j, v := range x.Row(i) {
			e := float64(v)/d.Norm[i] - mean[j]
			sum[j] += float64(e * e)
		}
	}
	var std float64
	for _, s := range sum {
		std += math.Sqrt(s / float64(len(rows)-1))
	}
	return std / float64(x.Cols), true
}

const noDirection = "no prototype has a direction"

func meanNormSpecs() []Spec {
	return []Spec{{
		Formula: "|mean_k c_k|, c of length 1", Key: "prototype_mean_norm", Of: OfPrototypes, When: OnCurve, Unit: Length, Better: Lower, Geometric: true, Tables: []Table{GeometryTable}, Undefined: noDirection,
		Doc: "norm of the mean of the unit prototypes; 1 when all point one way", Source: "offset check",
		Collapse: "1 at total collapse; near 1 where a common offset shrinks all distances",
		Column:   "**prototype-mean-norm**: length of the mean of the unit prototypes; 1 when all point one way.",
		measure: func(in *Input) Result {
			v, ok := MeanNorm(in.Effective)
			return defined(v, ok, noDirection)
		},
	}}
}

func displacementSpecs() []Spec {
	return []Spec{{
		Formula: "mean_k (1 − cos(c_k(0), c_k(t)))", Source: "defined here", Key: "displacement", Of: OfPrototypes, When: OnCurve, Unit: CosineDistance, Better: Neither, Tables: []Table{MainTable}, Undefined: noDirection,
		Doc:      "mean cosine distance of the prototypes from their start",
		Collapse: "near 0, a perfect uniqueness is the start's",
		Column:   "**displacement**: mean cosine distance of a prototype from its start. Near 0 a perfect unique@ε says only that nothing moved.",
		measure: func(in *Input) Result {
			v, ok := Displacement(in.Initial, in.Effective)
			return defined(v, ok, noDirection)
		},
	}}
}

// RelativeStd is [FeatureStd] of the features of the images that arms are trained on, times
// √dimension: 1 for an isotropic cloud. False where it is undefined.
func (in *Input) RelativeStd() (float64, bool) {
	type relative struct {
		std float64
		ok  bool
	}
	r := shared(in, "relative std", func() relative {
		std, ok := FeatureStd(in.Train)
		return relative{std * math.Sqrt(float64(in.Train.Cols)), ok}
	})
	return r.std, r.ok
}

func featureStdSpecs() []Spec {
	const undefined = "features are not finite or have no direction"
	return forBranches(func(b Branch) Spec {
		s := Spec{
			Formula: "√D mean_j std_i(x_ij / |x_i|)", Key: "feature_std." + string(b), Of: OfFeatures, Branch: b, Unit: Length, Better: Higher, Undefined: undefined,
			Doc:    "the same for the student",
			Source: "Chen and He 2021", Collapse: "near 0 when all features are equal",
			measure: func(in *Input) Result {
				v, ok := in.RelativeStd()
				return defined(v, ok, undefined)
			},
		}
		if b == Teacher {
			s.Tables = []Table{FeaturesTable}
			s.Doc = "standard deviation of the teacher's L2-normalised backbone features × √dimension; 0 when all are equal"
			s.Column = "**feature-std.teacher**: standard deviation of the normalised features × √dimension. It falls when features collapse."
		}
		return s
	})
}
