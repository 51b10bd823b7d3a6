package metrics

import (
	"math"
	"testing"

	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
)

func TestShown(t *testing.T) {
	for _, c := range []struct {
		key  string
		v    float64
		k    int
		want float64
	}{{"live_unique@0.025", 32, 64, 50}, {"dead", 0.25, 64, 25}, {"usage_perplexity", 7, 64, 7}, {"linear@backbone.teacher", 0.5, 0, 50}} {
		s, _ := Find(c.key)
		if got := s.Unit.Shown(c.v, c.k); got != c.want {
			t.Errorf("%s: %g, want %g", c.key, got, c.want)
		}
	}
	s, _ := Find("live_unique@0.025")
	if !math.IsNaN(s.Unit.Shown(3, 0)) || !s.Misleads(true) || s.Misleads(false) {
		t.Error("a share of an unknown K has a value, or a collapsed run does not mislead")
	}
	for _, key := range []string{uniqueness.CentredKey(0.025), probe.LinearPartKey("tail", metric.Teacher), probe.KNNKey(metric.Student)} {
		if _, known := Find(key); !known {
			t.Errorf("there is no metric %s", key)
		}
	}
}
