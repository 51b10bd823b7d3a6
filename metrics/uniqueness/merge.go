package uniqueness

import (
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Merges are the pairs of prototypes that have come near each other since they were at before
// [K,D]: for each of [Epsilons] the prototypes that the cover at that cosine distance has under a
// representative, as unique@ε counts them, with that representative, where the two were no nearer
// to each other than that before. Each prototype is in one pair at most; of several that meet, each
// is paired with the same representative.
func Merges(in *metric.Input, before matrix.Matrix) [][][2]int {
	d := matrix.NormsOf(before)
	out := make([][][2]int, len(Epsilons()))
	for e, eps := range Epsilons() {
		for k, owner := range covers(in)[e].Owner {
			if owner < 0 || owner == k || !d.Has[k] || !d.Has[owner] || 1-d.Cosine(k, owner) < eps {
				continue
			}
			out[e] = append(out[e], [2]int{k, owner})
		}
	}
	return out
}
