package audit

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// Baseline is what random unit vectors of the same shape [K,D] have: no training at all.
type Baseline struct {
	Unique   Counts  `json:"unique"`              // by ε
	MeanNorm float64 `json:"prototype_mean_norm"` // 1/√K

	Nearest       *Cosines `json:"nearest_cosine"` // nil in one dimension
	EffectiveRank float64  `json:"effective_rank"`
}

// few is the share of K that random pairs may be near by chance while K less their number is how
// many are unique, to second order.
const few = 0.005

// baselineOf counts what chance leaves unique. In many dimensions it is all but never anything but
// K, which is computed; elsewhere random vectors are drawn and counted.
func baselineOf(k, d int, eps []float64, threads *team.Team) Baseline {
	b := Baseline{Unique: Counts{}, MeanNorm: 1 / math.Sqrt(float64(k)), Nearest: nearestByChance(k, d), EffectiveRank: rankByChance(k, d)}
	var count []float64
	for _, e := range eps {
		pairs := nearByChance(k, d, e)
		if pairs > few*float64(k) {
			count = append(count, e)
			continue
		}
		b.Unique[uniqueness.EpsilonText(e)] = k - int(math.Round(pairs))
	}
	if len(count) > 0 {
		for i, c := range uniqueness.Covers(threads, matrix.RandomUnit(0, k, d), count) {
			b.Unique[uniqueness.EpsilonText(count[i])] = c.Count()
		}
	}
	return b
}

// nearByChance is how many of the pairs of k random directions in d dimensions are expected within
// cosine distance eps: the cosine t has density (1−t²)^((d−3)/2), whose tail is an incomplete beta
// function.
func nearByChance(k, d int, eps float64) float64 {
	if d < 2 {
		return math.Inf(1)
	}
	t := 1 - eps
	tail := float64(mathext.RegIncBeta(float64(d-1)/2, 0.5, math.Max(0, 1-float64(t*t))) / 2)
	if t < 0 {
		tail = 1 - tail
	}
	return tail * float64(k) * float64(k-1) / 2
}
