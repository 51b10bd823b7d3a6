package metric

import "protobench/metrics/matrix"

// Assign returns the prototype with the highest score for each image, from scores
// [N,K] as the loss uses them (centre and bias included). The lowest index wins
// ties. NaN never wins; a row without any number gives -1.
func Assign(scores matrix.Matrix) []int {
	out := make([]int, scores.Rows)
	for i := range out {
		out[i] = matrix.Argmax(scores.Row(i))
	}
	return out
}

// Counts returns how often each of k prototypes (or classes) is assigned, [k].
// Negative assignments count for none; one of k or more panics.
func Counts(assigned []int, k int) []int {
	counts := make([]int, k)
	for _, a := range assigned {
		if a >= 0 {
			counts[a]++
		}
	}
	return counts
}
