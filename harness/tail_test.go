package harness

import (
	"context"
	"path/filepath"
	"testing"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/metrics"
)

func TestLongTailedRunsAreProbedOnTheBalancedImages(t *testing.T) {
	set := fixture.Tailed()
	o := options(standin.Engine(nil))
	o.Data = datasets.NewLibrary(func(datasets.Options) (*datasets.Set, error) { return set, nil })
	p, err := NewPlan("t.toml", "encoder = { depth = 2 }\n"+fixture.Small, Catalogue(), o.Data)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if s, err := Run(context.Background(), p, p.Jobs, dir, o); err != nil || s.Done != 9 {
		t.Fatal(s, err)
	}
	for _, c := range cellsOf(t, dir) {
		m := c.Result.Metrics
		for _, part := range metrics.Select(ofTails) {
			if v, ok := m[part.Key]; !ok || !(v >= 0 && v <= 1) {
				t.Errorf("%s: %s is %v", c.Result.Cell.Method, part.Key, v)
			}
		}
		if mean := (m["linear_head@backbone.teacher"] + m["linear_medium@backbone.teacher"] + m["linear_tail@backbone.teacher"]) / 3; !near(mean, m["linear@backbone.teacher"]) {
			t.Errorf("%s: the parts' mean is %v, the whole %v", c.Result.Cell.Method, mean, m["linear@backbone.teacher"])
		}
		if c.Result.Cell.Learner == "" {
			continue
		}
		file, err := c.Dir.Prototypes()
		if err != nil {
			t.Fatal(err)
		}
		if n := assigned(file.Tensors[3].I64); n != 20 {
			t.Errorf("%s: usage counts %d images, want the 20 of the tailed split", c.Result.Cell.Method, n)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }

func assigned(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
