package geometry

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// FeatureStd is the standard deviation (n-1) of each dimension of the normalised
// rows x [N,D], averaged over dimensions; 1/√D for an isotropic cloud (Chen and He
// 2021, SimSiam). Total collapse shows as a value near 0. Undefined (false) with
// NaN or Inf anywhere, or with fewer than two rows that have a direction.
func FeatureStd(x matrix.Matrix) (float64, bool) {
	d := matrix.NormsOf(x)
	rows := d.With()
	if len(rows) < 2 || !x.Finite() {
		return 0, false
	}
	mean, sum := d.Mean(rows), make([]float64, x.Cols)
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

// RelativeStd is [FeatureStd] of the features of the images that arms are trained on, times
// √dimension: 1 for an isotropic cloud. False where it is undefined.
func RelativeStd(in *metric.Input) (float64, bool) {
	return metric.SharedIf(in, "relative std", func() (float64, bool) {
		std, ok := FeatureStd(in.Train)
		return std * math.Sqrt(float64(in.Train.Cols)), ok
	})
}

// FeatureStdSpecs declares the relative deviation of features, see [RelativeStd].
func FeatureStdSpecs() []metric.Spec {
	const undefined = "features are not finite or have no direction"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		s := metric.Spec{
			Formula: "√D mean_j std_i(x_ij / |x_i|)", Key: "feature_std." + string(b), Unit: metric.Length, Better: metric.Higher, Undefined: undefined,
			Doc:    "the same for the student",
			Source: "Chen and He 2021", Collapse: "near 0 when all features are equal",
			Value: metric.DefinedBy(RelativeStd, undefined),
		}
		if b == metric.Teacher {
			s.Tables = []metric.Table{metric.FeaturesTable}
			s.Doc = "standard deviation of the teacher's L2-normalised backbone features × √dimension; 0 when all are equal"
			s.Column = "**feature-std.teacher**: standard deviation of the normalised features × √dimension. It falls when features collapse."
		}
		return s
	})
}
