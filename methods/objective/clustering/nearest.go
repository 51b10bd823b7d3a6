package clustering

import "protobench/internal/kernel"

// nearest sets q [n,K] to ones at the largest score of each row of s, the first of equal ones.
func nearest(q, s []float32, k int) {
	clear(q)
	for lo := 0; lo < len(q); lo += k {
		q[lo+kernel.Argmax(s[lo:][:k])] = 1
	}
}
