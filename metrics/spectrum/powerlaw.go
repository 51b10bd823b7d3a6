package spectrum

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// The ranks between which a spectrum's power law is looked for: the first directions stand out, the
// last ones are noise.
const (
	powerFrom = 11
	powerTo   = 100
)

// powerLeast is the share of the first eigenvalue under which a value is rounding noise.
const powerLeast = 1e-10

// AlphaReQ is the exponent α of the power law λ_j ∝ j^-α that the eigenvalues (largest first) of a
// covariance follow: minus the slope of ln λ_j over ln j for j from 11 to 100, to half their number
// where that is less (Agrawal et al. 2022, who find α near 1 best). Dimensional collapse
// shows as a large value, isotropic features as one near 0. Undefined (false) with fewer than 24
// eigenvalues, or where those of these ranks are rounding noise.
func AlphaReQ(eigenvalues []float64) (float64, bool) {
	to := min(powerTo, len(eigenvalues)/2)
	for to >= powerFrom && !(eigenvalues[to-1] > powerLeast*eigenvalues[0]) {
		to--
	}
	n := float64(to - powerFrom + 1)
	if n < 2 || !matrix.Finite(eigenvalues[0]) {
		return 0, false
	}
	var x, y, xx, xy float64
	for j := powerFrom; j <= to; j++ {
		a, b := math.Log(float64(j)), math.Log(eigenvalues[j-1])
		x, y = x+a/n, y+b/n
		xx, xy = xx+float64(a*a)/n, xy+float64(a*b)/n
	}
	return -(xy - float64(x*y)) / (xx - float64(x*x)), true
}

// covarianceSpectrum are the min(N,D) largest eigenvalues of the covariance of the rows of x [N,D],
// as [CovarianceEigenvalues], by way of the D×D matrix, which is far cheaper for many rows; those
// below 1e-15 of the largest are noise here.
func covarianceSpectrum(x matrix.Matrix) ([]float64, bool) {
	if x.Rows < 2 || x.Cols == 0 || !x.Finite() {
		return nil, false
	}
	c := x.Dense()
	matrix.CentreColumns(c)
	var svd mat.SVD // of a matrix without negative eigenvalues these are its singular values
	if !svd.Factorize(scatter(c, float64(x.Rows-1)), mat.SVDNone) {
		return nil, false
	}
	return svd.Values(nil)[:min(x.Rows, x.Cols)], true
}

// covariance is the spectrum of the features of training images, as many as RankMe takes; nil where
// they have none.
func covariance(in *metric.Input) []float64 {
	return metric.Shared(in, "features' covariance", func() []float64 {
		v, _ := covarianceSpectrum(in.Train.Spread(RankMeRows))
		return v
	})
}

// FeatureSpecs declares α-ReQ and the participation ratio of features.
func FeatureSpecs() []metric.Spec {
	const noSpectrum, noLaw = "features have no spectrum", "needs 24 dimensions of features or more, with variance at the ranks 11 to half of them"
	alpha := metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Key: "alpha_req.features." + string(b), Unit: metric.Exponent, Better: metric.Neither, Tables: []metric.Table{metric.FeaturesTable}, Undefined: noLaw,
			Doc:    "exponent of the power law of the covariance's eigenvalues of backbone features on training images, over the ranks 11 to 100, or to half the dimension",
			Source: "Agrawal et al. 2022", Formula: "α = − slope of ln λ_j over ln j", Collapse: "large when features lie in few dimensions; near 1 is held to be best",
			Column: "**alpha_req.features**: exponent of the power law of the features' spectrum; large when features lie in few dimensions, near 1 is held to be best.",
			Value:  metric.DefinedBy(func(in *metric.Input) (float64, bool) { return AlphaReQ(covariance(in)) }, noLaw),
		}
	})
	ratio := metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Key: "participation_ratio.features." + string(b), Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.FeaturesTable}, Undefined: noSpectrum,
			Doc:    "number of directions that carry the variance of backbone features on training images",
			Source: "Gao et al. 2017", Formula: "(Σ λ_j)² / Σ λ_j², λ: eigenvalues of the covariance", Collapse: "1 when features vary along one direction",
			Column: "**participation_ratio.features**: number of directions that carry the features' variance; low when features collapse.",
			Value:  metric.DefinedBy(func(in *metric.Input) (float64, bool) { return ParticipationRatio(covariance(in)) }, noSpectrum),
		}
	})
	return append(alpha, ratio...)
}
