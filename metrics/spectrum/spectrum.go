package spectrum

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// RankMeEpsilon is the constant of RankMe's paper.
const RankMeEpsilon = 1e-7

// numericalZero is the share of the singular values' sum under which a value is
// rounding noise.
const numericalZero = 1e-8

// SingularValues returns the min(N,D) singular values of x [N,D], largest first, in
// float64, without centring. Dimensional collapse shows as a few large values
// and a tail near 0. Undefined (false) for an empty matrix or with NaN or Inf.
func SingularValues(x matrix.Matrix) ([]float64, bool) {
	if len(x.Data) == 0 || !x.Finite() {
		return nil, false
	}
	var svd mat.SVD
	if !svd.Factorize(x.Dense(), mat.SVDNone) {
		return nil, false
	}
	return svd.Values(nil), true
}

// CovarianceEigenvalues returns the eigenvalues of the covariance of the rows of x
// [N,D] (centred, divided by N-1), largest first, min(N,D) of them. Undefined
// (false) with fewer than two rows or with NaN or Inf. Metrics take the same from D×D matrices;
// this is what tests hold those against.
func CovarianceEigenvalues(x matrix.Matrix) ([]float64, bool) {
	if x.Rows < 2 || x.Cols == 0 || !x.Finite() {
		return nil, false
	}
	c := x.Dense()
	matrix.CentreColumns(c)
	var svd mat.SVD
	if !svd.Factorize(c, mat.SVDNone) {
		return nil, false
	}
	v := svd.Values(nil)
	for i, s := range v {
		v[i] = s * s / float64(x.Rows-1)
	}
	return v, true
}

// EffectiveRank is exp of the entropy of the singular values' shares (Roy and
// Vetterli 2007), in [1, min(N,D)]: 1 when all rows are parallel. Shares below
// 1e-8 count as zero. Undefined (false) when all values are zero.
func EffectiveRank(singular []float64) (float64, bool) {
	p, ok := spectrumShares(singular)
	if !ok {
		return 0, false
	}
	kept := p[:0]
	for _, x := range p {
		if x >= numericalZero {
			kept = append(kept, x)
		}
	}
	return math.Exp(matrix.Entropy(kept)), true
}

// RankMe is exp(-Σ p ln p) with p = share of the singular value + epsilon, not
// renormalised (Garrido et al. 2023; RankMeEpsilon, 25,600 samples there). It
// falls with dimensional collapse and needs N well above D. Undefined (false) when
// all values are zero.
func RankMe(singular []float64, epsilon float64) (float64, bool) {
	p, ok := spectrumShares(singular)
	if !ok {
		return 0, false
	}
	var h float64
	for _, x := range p {
		if x += epsilon; x > 0 {
			h -= float64(x * math.Log(x))
		}
	}
	return math.Exp(h), true
}

func spectrumShares(s []float64) ([]float64, bool) {
	var sum float64
	for _, x := range s {
		sum += x
	}
	if !(sum > 0) || !matrix.Finite(sum) {
		return nil, false
	}
	p := make([]float64, len(s))
	for i, x := range s {
		p[i] = x / sum
	}
	return p, true
}

// ParticipationRatio is (Σλ)²/Σλ² of eigenvalues λ ≥ 0, the number of directions that carry the
// variance: 1 when one does, as many as there are values when all do alike. Undefined (false) when
// all are zero.
func ParticipationRatio(eigenvalues []float64) (float64, bool) {
	p, ok := spectrumShares(eigenvalues)
	if !ok {
		return 0, false
	}
	var square float64
	for _, x := range p {
		square += float64(x * x)
	}
	return 1 / square, true
}

// squares are the eigenvalues of xᵀx out of the singular values of x.
func squares(singular []float64) []float64 {
	out := make([]float64, len(singular))
	for i, s := range singular {
		out[i] = s * s
	}
	return out
}

// singular are the singular values of the effective prototypes; nil where they have none.
func singular(in *metric.Input) []float64 {
	return metric.Shared(in, "prototypes' singular values", func() []float64 {
		s, _ := SingularValues(in.Effective)
		return s
	})
}

// EffectiveRankSpecs declares effective rank, participation ratio and largest share of the
// prototypes' spectrum.
func EffectiveRankSpecs() []metric.Spec {
	const undefined = "the prototypes have no spectrum"
	return []metric.Spec{{
		Formula: "exp(−Σ p_j ln p_j), p_j = σ_j / Σ σ, σ: singular values", Key: "effective_rank.prototypes", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Effective, Better: metric.Higher, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc: "exp of the entropy of the singular values of the prototypes", Source: "Roy and Vetterli 2007",
		Collapse: "1 when all prototypes are parallel",
		Column:   "**effective_rank.prototypes**: exp of the entropy of the prototypes' singular values; 1 when all are parallel.",
		Value:    metric.DefinedBy(func(in *metric.Input) (float64, bool) { return EffectiveRank(singular(in)) }, undefined),
	}, {
		Key: "participation_ratio.prototypes", Of: metric.OfPrototypes, Unit: metric.Effective, Better: metric.Higher, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc: "number of directions that carry the prototypes' squared length", Source: "Gao et al. 2017",
		Formula: "(Σ σ_j²)² / Σ σ_j⁴, σ: singular values of the prototypes", Collapse: "1 when all prototypes are parallel",
		Column: "**participation_ratio.prototypes**: number of directions that carry the prototypes' squared length; 1 when all are parallel.",
		Value:  metric.DefinedBy(func(in *metric.Input) (float64, bool) { return ParticipationRatio(squares(singular(in))) }, undefined),
	}, {
		Key: "spectrum_top.prototypes", Of: metric.OfPrototypes, Unit: metric.Share, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc: "share of the prototypes' squared length along their first direction", Source: "spectrum check",
		Formula: "σ_1² / Σ σ_j², σ: singular values of the prototypes, largest first", Collapse: "1 when all prototypes are parallel; high with a common offset",
		Column: "**spectrum_top.prototypes**: share of the prototypes' squared length along their first direction; all of it when they are parallel.",
		Value: func(in *metric.Input) metric.Result {
			p, ok := spectrumShares(squares(singular(in)))
			if !ok {
				return metric.Result{Undefined: undefined}
			}
			return metric.Result{Value: p[0]}
		},
	}}
}

// RankMeRows is the number of images that RankMe's paper measures on.
const RankMeRows = 25_600

// RankMeSpecs declares RankMe of the backbone's features.
func RankMeSpecs() []metric.Spec {
	const undefined = "features have no spectrum"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		s := metric.Spec{
			Formula: "exp(−Σ p_j ln p_j), p_j = σ_j / Σ σ + 1e-7, σ: singular values", Key: "rankme.features." + string(b), Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.FeaturesTable}, Undefined: undefined,
			Doc: "the same for the student", Source: "Garrido et al. 2023",
			Collapse: "low when features lie in few dimensions",
			Value: func(in *metric.Input) metric.Result {
				singular, _ := SingularValues(in.Train.Spread(RankMeRows))
				v, ok := RankMe(singular, RankMeEpsilon)
				return metric.Defined(v, ok, undefined)
			},
		}
		if b == metric.Teacher {
			s.Doc = "RankMe of the teacher's backbone features on the training images, 25,600 at even distances where there are more"
			s.Column = "**rankme.features**: effective rank of the features of training images. It falls when features collapse."
		}
		return s
	})
}
