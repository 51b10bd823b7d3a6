package metrics

import "protobench/metrics/matrix"

// Merges are the pairs of prototypes that have come near each other since they were at before
// [K,D]: for each of [Epsilons] the prototypes that the cover at that cosine distance has under a
// representative, as unique@ε counts them, with that representative, where the two were no nearer
// to each other than that before. Each prototype is in one pair at most; of several that meet, each
// is paired with the same representative.
func (in *Input) Merges(before matrix.Matrix) [][][2]int {
	d := matrix.DirectionsOf(before)
	out := make([][][2]int, len(Epsilons()))
	for e, eps := range Epsilons() {
		for k, owner := range in.covers()[e].Owner {
			if owner < 0 || owner == k || !d.Has[k] || !d.Has[owner] || 1-d.Cosine(k, owner) < eps {
				continue
			}
			out[e] = append(out[e], [2]int{k, owner})
		}
	}
	return out
}

// Changed is the share of images whose prototype is another one than before; undefined (false)
// without images, or where they are not the same ones.
func Changed(before, now []int) (float64, bool) {
	if len(now) == 0 || len(before) != len(now) {
		return 0, false
	}
	n := 0
	for i, k := range now {
		if before[i] != k {
			n++
		}
	}
	return float64(n) / float64(len(now)), true
}
