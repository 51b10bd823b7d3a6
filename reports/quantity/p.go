package quantity

import (
	"fmt"
	"math"

	"protobench/internal/wording"
	"protobench/reports/table"
	"protobench/stats"
)

// PValue is the entry of a p.
func PValue(p float64) table.Value { return table.Number(p, P(p)) }

// P writes a p: three decimals, or its order where it is small.
func P(p float64) string {
	switch {
	case math.IsNaN(p):
		return table.Undefined
	case p < 0.001:
		return fmt.Sprintf("%.1g", p)
	}
	return fmt.Sprintf("%.3f", p)
}

// HolmNote says what n pairs can show when m tests are declared.
func HolmNote(n, m int) string {
	need := max(n, stats.SeedsNeeded(m))
	text := fmt.Sprintf("With %s the smallest two-sided sign-flip p of one test is %s", wording.Count(n, "paired seed"), P(stats.SmallestP(n)))
	if stats.SmallestP(n) >= stats.Level {
		text += "; six seeds reach 0.031, for one test"
	}
	return text + fmt.Sprintf(". Holm's correction over the %d declared comparisons takes the smallest p to min(1, %d·2^(1−n)) = %s; to get below 0.05 the sweep needs %d seeds (%s).",
		m, m, P(stats.SmallestHolm(n, m)), need, P(stats.SmallestHolm(need, m)))
}
