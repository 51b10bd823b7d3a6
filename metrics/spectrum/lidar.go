package spectrum

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Constants of LiDAR's paper.
const (
	LiDARDelta   = 1e-4 // added to the diagonal of the within scatter
	LiDAREpsilon = 1e-8 // added to the eigenvalues
)

// LiDARResult is the effective rank of the directions that tell images apart.
type LiDARResult struct {
	Value   float64 // exp(Entropy), 1..D
	Entropy float64 // nats
	Top     float64 // largest eigenvalue of the discriminant matrix
}

// LiDAR is the effective rank of linear discriminant analysis with each image as a
// class (Thilak et al. 2024): x [images·views,D] holds runs of views of one image.
// Between scatter of the image means over images-1, within scatter over
// images·(views-1) plus delta on the diagonal; exp of the entropy of the shares of
// the whitened eigenvalues plus epsilon. Dimensional collapse shows as a low value.
// Undefined (false) with fewer than two images or views, rows that do not fill
// the last run, or NaN or Inf.
func LiDAR(x matrix.Matrix, views int, delta, epsilon float64) (LiDARResult, bool) {
	if views < 2 || x.Rows%views != 0 || x.Rows < 2*views || x.Cols == 0 || !x.Finite() {
		return LiDARResult{}, false
	}
	means, within := runs(x, views)
	matrix.CentreColumns(means)
	sb, sw := scatter(means, float64(x.Rows/views-1)), scatter(within, float64(x.Rows-x.Rows/views))
	for j := range x.Cols {
		sw.SetSym(j, j, sw.At(j, j)+delta)
	}
	values, ok := discriminant(sb, sw)
	if !ok {
		return LiDARResult{}, false
	}
	return lidarOf(values, epsilon), true
}

// runs splits rows into the mean of each run and the deviations from it.
func runs(x matrix.Matrix, views int) (means, within *mat.Dense) {
	within = x.Dense()
	means = mat.NewDense(x.Rows/views, x.Cols, nil)
	for g := range x.Rows / views {
		run := within.Slice(g*views, (g+1)*views, 0, x.Cols).(*mat.Dense)
		for j := range x.Cols {
			means.Set(g, j, mat.Sum(run.ColView(j))/float64(views))
		}
		matrix.CentreColumns(run)
	}
	return means, within
}

// scatter is xᵀx / by.
func scatter(x *mat.Dense, by float64) *mat.SymDense {
	_, d := x.Dims()
	s := mat.NewSymDense(d, nil)
	s.SymOuterK(1/by, x.T())
	return s
}

// discriminant returns the eigenvalues of sw^-1/2·sb·sw^-1/2, ascending; they are
// those of L⁻¹·sb·L⁻ᵀ with the Cholesky factor L of sw.
func discriminant(sb, sw *mat.SymDense) ([]float64, bool) {
	var chol mat.Cholesky
	if !chol.Factorize(sw) {
		return nil, false
	}
	var l mat.TriDense
	chol.LTo(&l)
	var half, whole mat.Dense
	if half.Solve(&l, sb) != nil || whole.Solve(&l, half.T()) != nil {
		return nil, false
	}
	d := sb.SymmetricDim()
	sym := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			sym.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, false) {
		return nil, false
	}
	return eig.Values(nil), true
}

func lidarOf(values []float64, epsilon float64) LiDARResult {
	p := make([]float64, len(values))
	var sum float64
	for i, v := range values {
		p[i] = math.Max(0, v) + epsilon
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	h := matrix.Entropy(p)
	return LiDARResult{Value: math.Exp(h), Entropy: h, Top: values[len(values)-1]}
}

// LiDARSpecs declares LiDAR of the backbone's features.
func LiDARSpecs() []metric.Spec {
	const undefined = "needs at least 2 views of 2 images, with finite features"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Formula: "exp H of the eigenvalues of S_w^−½ S_b S_w^−½, + 1e-8, as shares; S_w + 1e-4 I", Key: "lidar@backbone." + string(b), When: metric.Extra, Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.FeaturesTable}, Undefined: undefined,
			Doc:    "effective rank of the directions that tell images apart, of the backbone features of augmented views: 10 each of 1,000 training images",
			Source: "Thilak et al. 2024", Collapse: "low when features lie in few dimensions or views of an image lie apart",
			Column: "**lidar@backbone**: effective rank of linear discriminant analysis with each image as a class of its views; low when features lie in few dimensions.",
			Value: func(in *metric.Input) metric.Result {
				r, ok := LiDAR(in.Views.Features, in.Views.PerImage, LiDARDelta, LiDAREpsilon)
				return metric.Defined(r.Value, ok, undefined)
			},
		}
	})
}
