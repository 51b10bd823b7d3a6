package features

import (
	"math"

	"protobench/audit/directions"
	"protobench/internal/team"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/spectrum"
)

// Representation is what features are like without labels; nil where a value is undefined. Values
// of isotropic features of the same shape stand beside them.
type Representation struct {
	Images        int        `json:"images"` // the first row and others at even distances, at most 25,600
	RankMe        *Isotropic `json:"rankme"`
	EffectiveRank *Isotropic `json:"effective_rank"`
	Participation *Isotropic `json:"participation_ratio"`
	AlphaReQ      *Isotropic `json:"alpha_req"`
	FeatureStd    *Isotropic `json:"feature_std"` // × √D
	Uniformity    *Isotropic `json:"uniformity"`  // of 4,096 images
}

// Isotropic is a value beside that of isotropic features.
type Isotropic struct {
	Value  float64  `json:"value"`
	Random *float64 `json:"isotropic"` // null where it has no simple form
}

const uniformityT = 2

// representationOf measures features x [N,D], labelled or not.
func representationOf(x matrix.Matrix, threads *team.Team) Representation {
	x = x.Spread(spectrum.RankMeRows)
	n, d := x.Rows, x.Cols
	r := Representation{Images: n}
	value := func(v float64, ok bool, random float64) *Isotropic {
		if !ok || !matrix.Finite(v) {
			return nil
		}
		if math.IsNaN(random) {
			return &Isotropic{Value: v}
		}
		return &Isotropic{v, &random}
	}
	plain, centred := spectraOf(x)
	v, ok := spectrum.RankMe(plain, spectrum.RankMeEpsilon)
	r.RankMe = value(v, ok, directions.RankByChance(n, d))
	v, ok = spectrum.EffectiveRank(plain)
	r.EffectiveRank = value(v, ok, directions.RankByChance(n, d))
	v, ok = spectrum.ParticipationRatio(centred)
	r.Participation = value(v, ok, float64(d)/(1+float64(d)/float64(n)))
	v, ok = spectrum.AlphaReQ(centred)
	r.AlphaReQ = value(v, ok, math.NaN())
	v, ok = geometry.FeatureStd(x)
	r.FeatureStd = value(float64(v*math.Sqrt(float64(d))), ok, 1)
	v, ok = geometry.Uniformity(threads, x.Spread(metric.PairRows), uniformityT)
	r.Uniformity = value(v, ok, math.NaN())
	return r
}

// spectraOf are the singular values of x and the eigenvalues of its covariance, largest first, by
// way of the Gram matrix in float64.
func spectraOf(x matrix.Matrix) (singular, covariance []float64) {
	gram := directions.Gram(x)
	if gram == nil {
		return nil, nil
	}
	singular = directions.SingularValues(gram, x.Rows)
	n, d := float64(x.Rows), x.Cols
	mean := make([]float64, d)
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			mean[j] += float64(v)
		}
	}
	for i := range d {
		for j := i; j < d; j++ {
			gram.SetSym(i, j, (gram.At(i, j)-float64(mean[i]*mean[j]/n))/math.Max(1, n-1))
		}
	}
	return singular, directions.Eigenvalues(gram, x.Rows-1)
}
