package matrix

import "math"

// Shares divides counts by their sum, so that they sum to 1; false when the sum is zero.
func Shares(counts []int) ([]float64, bool) {
	total := 0
	for _, c := range counts {
		total += c
	}
	if total == 0 {
		return nil, false
	}
	p := make([]float64, len(counts))
	for k, c := range counts {
		p[k] = float64(c) / float64(total)
	}
	return p, true
}

// Entropy is -Σ p ln p of shares in nats, with 0·ln 0 = 0, never below 0.
func Entropy(p []float64) float64 {
	var h float64
	for _, x := range p {
		if x > 0 {
			h -= float64(x * math.Log(x))
		}
	}
	return math.Max(0, h)
}
