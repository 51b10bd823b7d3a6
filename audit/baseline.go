package audit

import (
	"math"

	"protobench/audit/directions"
	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// Baseline is what random unit vectors of the same shape [K,D] have: no training at all.
type Baseline struct {
	Unique   Counts  `json:"unique"`              // by ε
	MeanNorm float64 `json:"prototype_mean_norm"` // 1/√K

	Nearest       *directions.Cosines `json:"nearest_cosine"` // nil in one dimension
	EffectiveRank float64             `json:"effective_rank"`
}

// few is the share of K that random pairs may be near by chance while K less their number is how
// many are unique, to second order.
const few = 0.005

// baselineOf counts what chance leaves unique. In many dimensions it is all but never anything but
// K, which is computed; elsewhere random vectors are drawn and counted.
func baselineOf(k, d int, eps []float64, threads *team.Team) Baseline {
	b := Baseline{Unique: Counts{}, MeanNorm: 1 / math.Sqrt(float64(k)), Nearest: directions.NearestByChance(k, d), EffectiveRank: directions.RankByChance(k, d)}
	var count []float64
	for _, e := range eps {
		pairs := directions.NearByChance(k, d, e)
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
