package reports

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/harness/store"
	"protobench/stats"
)

func labelsOf(s *sweep) []string {
	var out []string
	for _, a := range s.arms {
		out = append(out, a.label)
	}
	return out
}

func TestLabels(t *testing.T) {
	two := func(t, k any) map[string]any { return map[string]any{"loss.temperature": t, "prototypes.count": k} }
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", two(0.2, int64(256))), cellOf("swav", "swav", "joint", "plain", two(0.1, 256.0)))
	if d := cmp.Diff([]string{"swav (T 0.2)", "swav (T 0.1)"}, labelsOf(s)); d != "" {
		t.Errorf("an axis with one value is not shown: %s", d)
	}
	memory := func(v float64) map[string]any { return map[string]any{"gmm.memory": v} }
	s = sweepOf("", cellOf("swav", "swav", "joint", "plain", nil), cellOf("swav+gmm", "swav", "gmm", "plain", memory(1)), cellOf("swav+gmm", "swav", "gmm", "plain", memory(5)))
	if d := cmp.Diff([]string{"swav", "swav+gmm (memory 1)", "swav+gmm (memory 5)"}, labelsOf(s)); d != "" {
		t.Errorf("an axis that an arm does not have is not shown: %s", d)
	}
	warm := func(v float64) map[string]any { return map[string]any{"dino.teacher_temperature": v} }
	s = sweepOf("", cellOf("ibot", "ibot", "joint", "plain", warm(0.04)), cellOf("ibot", "ibot", "joint", "plain", warm(0.07)))
	if d := cmp.Diff([]string{"ibot (teacher_temperature 0.04)", "ibot (teacher_temperature 0.07)"}, labelsOf(s)); d != "" {
		t.Errorf("an axis of a table that another objective is named after is shown: %s", d)
	}
}

func TestMeasureTexts(t *testing.T) {
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
		if got := measureOf(c.key).Text(c.e, 3); got != c.want {
			t.Errorf("%s: got %q, want %q", c.key, got, c.want)
		}
	}
	m := measureOf("linear@backbone.teacher")
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

func TestMeasureUnits(t *testing.T) {
	m := store.Metrics{"live_unique@0.025": 32, "dead": 0.25, "usage_perplexity": 7, "knn20_t0.07@backbone.teacher": 0.5}
	for key, want := range map[string]float64{"live_unique@0.025": 50, "dead": 25, "usage_perplexity": 7, "knn20_t0.07@backbone.teacher": 50, "nmi": math.NaN()} {
		if got := measureOf(key).of(m, 64); !cmp.Equal(want, got, cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateNaNs()) {
			t.Errorf("%s: got %g, want %g", key, got, want)
		}
	}
	if got := measureOf("live_unique@0.025").of(m, 0); !math.IsNaN(got) {
		t.Errorf("a share of an unknown K is %g", got)
	}
}

func estimate(n int, mean, sd, half float64) stats.Estimate {
	return stats.Estimate{N: n, Mean: mean, SD: sd, Half: half, Low: mean - half, High: mean + half}
}

func measures(keys ...string) []measure {
	var out []measure
	for _, key := range keys {
		out = append(out, measureOf(key))
	}
	return out
}
