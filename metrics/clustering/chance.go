package clustering

import (
	"math"
	"slices"
)

// expectedInformation is the mutual information that two random partitions with the
// same group sizes have on average: hypergeometric cells (Vinh, Epps and Bailey
// 2010, equation 24a). Groups of equal size share their terms.
func (t contingency) expectedInformation() float64 {
	lf := logFactorials(t.n)
	rows, cols := tally(t.rows), tally(t.cols)
	var sum float64
	for _, a := range rows {
		for _, b := range cols {
			sum += float64(float64(a.times) * float64(b.times) * cellInformation(a.size, b.size, t.n, lf))
		}
	}
	return sum
}

// cellInformation sums over the possible overlaps of groups of sizes a and b.
func cellInformation(a, b, n int, lf []float64) float64 {
	fixed := lf[a] + lf[b] + lf[n-a] + lf[n-b] - lf[n]
	N := float64(n)
	var sum float64
	for k := max(1, a+b-n); k <= min(a, b); k++ {
		weight := math.Exp(fixed - lf[k] - lf[a-k] - lf[b-k] - lf[n-a-b+k])
		x := float64(k)
		sum += float64(weight * (x / N) * math.Log(N*x/(float64(a)*float64(b))))
	}
	return sum
}

// logFactorials returns ln 0! … ln n!.
func logFactorials(n int) []float64 {
	lf := make([]float64, n+1)
	for i := range lf {
		lf[i], _ = math.Lgamma(float64(i + 1))
	}
	return lf
}

type sizeTally struct{ size, times int }

// tally counts equal group sizes, smallest first.
func tally(sizes []int) []sizeTally {
	var out []sizeTally
	for _, s := range slices.Sorted(slices.Values(sizes)) {
		if last := len(out) - 1; last >= 0 && out[last].size == s {
			out[last].times++
			continue
		}
		out = append(out, sizeTally{size: s, times: 1})
	}
	return out
}
