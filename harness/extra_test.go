package harness

import (
	"path/filepath"
	"strings"
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
)

// Cells measure more where they ask for it, under another hash; what others measure stays.
func TestExtraMetricsAreMeasuredOnDemand(t *testing.T) {
	run := func(text string) map[string]store.Metrics {
		p, dir := planOf(t, text), filepath.Join(t.TempDir(), "run")
		if s, err := Run(t.Context(), p, p.Jobs, dir, options(standin.Engine(nil))); err != nil || len(s.Failed) > 0 {
			t.Fatalf("%+v %v", s, err)
		}
		out := map[string]store.Metrics{}
		for _, c := range cellsOf(t, dir) {
			out[c.Result.Cell.Arm()] = c.Result.Metrics
		}
		return out
	}
	more := strings.Replace(fixture.Small, "dense = 2", "extra = true\ndense = 2", 1)
	plain, extra := run(fixture.Small), run(more)
	for _, arm := range []string{"swav", "swav+gmm"} {
		for key, v := range plain[arm] {
			if extra[arm][key] != v && v == v {
				t.Errorf("%s: %s is %v, with extra metrics %v", arm, key, v, extra[arm][key])
			}
		}
		for _, s := range metrics.Select(func(s metric.Spec) bool { return s.When == metric.Extra }) {
			if _, has := plain[arm][s.Key]; has {
				t.Errorf("%s is measured without being asked for", s.Key)
			}
			if v, has := extra[arm][s.Key]; !has || v != v {
				t.Errorf("%s: %s is %v", arm, s.Key, v)
			}
		}
	}
	if planOf(t, fixture.Small).Jobs[3].Hash == planOf(t, more).Jobs[3].Hash {
		t.Error("a cell with extra metrics is taken for one without")
	}
}
