package stats

import (
	"cmp"
	"math"
	"slices"
)

// Level is the p below which a difference counts.
const Level = 0.05

// Holm adjusts p-values for their number (Holm 1979, step-down): the result is compared
// with the level itself. NaN stays NaN and does not count.
func Holm(p []float64) []float64 {
	out := slices.Clone(p)
	var order []int
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	worst := 0.0
	for rank, i := range order {
		worst = max(worst, min(1, float64(len(order)-rank)*p[i]))
		out[i] = worst
	}
	return out
}

// SmallestHolm is the smallest p that [Holm] can give for a family of m sign-flip tests with
// n pairs each: m times that of one test, at most 1. A family of none counts as one test.
func SmallestHolm(n, m int) float64 { return min(1, float64(max(m, 1))*SmallestP(n)) }

// SeedsNeeded is the least number of paired seeds with which the smallest adjusted p of a
// family of m sign-flip tests falls below [Level]; 0 where no number does, for more than 26,214
// tests.
func SeedsNeeded(m int) int {
	for n := 1; n <= exactLimit; n++ {
		if SmallestHolm(n, m) < Level {
			return n
		}
	}
	return 0
}
