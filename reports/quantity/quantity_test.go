package quantity

import (
	"math"
	"testing"

	"protobench/stats"
)

func TestTexts(t *testing.T) {
	nan := math.NaN()
	cases := []struct {
		key  string
		e    stats.Estimate
		want string
	}{
		{"unique@0.025", stats.EstimatedWithin([]float64{62, 61, 64}, 0, 100), "62.3 [58.5, 66.0]"},
		{"unique@0.025", stats.EstimatedWithin([]float64{98.4, 98.4, 100}, 0, 100), "98.9 [91.3, 99.9]"},
		{"unique@0.025", stats.EstimatedWithin([]float64{99.99, 99.991, 99.99}, 0, 100), "99.990 [99.989, 99.992]"},
		{"unique@0.025", stats.EstimatedWithin([]float64{100, 100, 100}, 0, 100), "100.0"},
		{"unique@0.025", stats.EstimatedWithin([]float64{39, 52.06}, 0, 100), "39.0, 52.1 (n = 2)"},
		{"unique@0.025", stats.Estimated([]float64{62.34}), "62.3 (n = 1)"},
		{"dead", estimate(0, nan, nan, nan), "–"},
		{"usage_perplexity", estimate(3, 131.2, 1, 3.7), "131 ± 4"},
		{"grouped_perplexity", estimate(3, 31.24, 1, 3.77), "31.2 ± 3.8"},
		{"displacement", estimate(3, 0.0123, 1, 0.004), "0.012 ± 0.004"},
		{"displacement", estimate(3, 3.1e-17, 0, 0), "0"},
		{"displacement", estimate(3, 0.98, 0.001, 0.0012), "0.980 ± 0.001"},
		{"dead", estimate(1, -1e-13, nan, nan), "0.0 (n = 1)"},
		{"reseeds", estimate(3, 7, 1, 0.52), "7.0 ± 0.5"},
	}
	for _, c := range cases {
		if got := Of(c.key).Text(c.e, 3); got != c.want {
			t.Errorf("%s: got %q, want %q", c.key, got, c.want)
		}
	}
	m := Of("linear@backbone.teacher")
	for _, c := range []struct {
		e    stats.Estimate
		want string
	}{
		{estimate(3, 3.14, 1, 2), "+3.1 [1.1, 5.1]"},
		{estimate(3, -3.14, 1, 4), "−3.1 [−7.1, 0.9]"},
		{estimate(1, 2, nan, nan), "+2.0 (n = 1)"},
		{estimate(0, nan, nan, nan), "–"},
		{estimate(3, -1e-17, 0, 0), "+0.0"},
		{m.Difference([]float64{-1, 2}), "−1.0, +2.0 (n = 2)"},
		{m.Difference([]float64{90, 60, 97}), "+82.3 [33.5, 100.0]"},
	} {
		if got := m.Signed(c.e, 3); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func estimate(n int, mean, sd, half float64) stats.Estimate {
	return stats.Estimate{N: n, Mean: mean, SD: sd, Half: half, Low: mean - half, High: mean + half}
}
