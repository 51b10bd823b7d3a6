package reports

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/harness/store"
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

func measures(keys ...string) []measure {
	var out []measure
	for _, key := range keys {
		out = append(out, measureOf(key))
	}
	return out
}
