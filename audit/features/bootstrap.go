package features

import (
	"slices"

	"protobench/internal/stream"
	"protobench/internal/team"
)

// Interval is a 95 % interval, shares 0..1.
type Interval [2]float64

// resamples is how many times test images are drawn anew: percentiles of as many are steady to a
// tenth of the interval.
const resamples = 1000

// bootstrap gives each list of scores [N] of the same test images the interval of its mean (Efron
// and Tibshirani 1993, percentiles): what another draw of as many test images would have. All lists
// see the same draws (stream "bootstrap"). It says nothing of another training.
func bootstrap(scores [][]float64, seed uint64, threads *team.Team) []Interval {
	means := make([][]float64, len(scores))
	for i := range means {
		means[i] = make([]float64, resamples)
	}
	n := len(scores[0])
	threads.Do(resamples, func(r int) {
		rng := stream.New(seed, "bootstrap", uint64(r))
		times := make([]float64, n)
		for range n {
			times[rng.IntN(n)]++
		}
		for i, s := range scores {
			var sum float64
			for j, w := range times {
				sum += float64(w * s[j])
			}
			means[i][r] = sum / float64(n)
		}
	})
	out := make([]Interval, len(scores))
	for i, m := range means {
		slices.Sort(m)
		at := func(q float64) float64 { return m[int(float64(q*(resamples-1))+0.5)] }
		out[i] = Interval{at(0.025), at(0.975)}
	}
	return out
}
