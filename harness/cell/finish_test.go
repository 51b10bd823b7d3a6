package cell

import (
	"math"
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestUndefinedMetricsSayWhy(t *testing.T) {
	c := newCollector()
	c.put("a", metric.Result{Value: 3, Undefined: "no images"})
	c.put("c", metric.Result{Value: 1, Warnings: []metric.Warning{{Metric: "c", Text: "few"}}})
	if !math.IsNaN(c.metrics["a"]) || c.metrics["c"] != 1 || c.undefined["a"] != "no images" || len(c.undefined) != 1 || len(c.warnings) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestUsageUsesTheLearnersScores(t *testing.T) {
	l := methods.Learned{
		K: 2, D: 2, Initial: []float32{1, 0, 0, 1}, Current: [2][]float32{{1, 0, 0, 1}, {0, 1, 1, 0}},
		Scores: func(z []float32) []float32 { // a centre that sends everything to the second
			out := make([]float32, len(z))
			for i := 1; i < len(z); i += 2 {
				out[i] = 1
			}
			return out
		},
	}
	c, in := newCollector(), prototypesOf(nil, l, matrix.Of(3, 2, []float32{1, 0, 1, 0, 1, 0}), nil)
	if err := c.measure(t.Context(), in, onCurve()); err != nil {
		t.Fatal(err)
	}
	if in.Counts()[1] != 3 || c.metrics["used"] != 1 || c.metrics["dead"] != 0.5 || c.metrics["displacement"] != 1 {
		t.Errorf("%v %v", in.Counts(), c.metrics)
	}
}

func TestUsageImagesLimitTheCurves(t *testing.T) {
	for limit, want := range map[int]int{0: 40, 16: 16, 99: 40} {
		j, seen := &Job{Cell: sweep.Cell{Settings: sweep.Defaults()}}, 0
		j.Cell.Settings.MustSetAll(map[string]any{"train.batch": 8, "evaluate.usage_images": limit})
		b, err := newBatches(fixture.Noise(), &j.Cell)
		if err != nil {
			t.Fatal(err)
		}
		a := newArmTrainee(counting{fixture.NewFake(j.Cell.Config()), &seen}, j, b)
		if _, err := a.measure(); err != nil || seen != want {
			t.Errorf("limit %d: %d images seen, want %d (%v)", limit, seen, want, err)
		}
	}
}

// counting counts the images whose features are asked for.
type counting struct {
	*fixture.Fake
	seen *int
}

func (c counting) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	*c.seen += len(images) / 48
	return c.Fake.Features(b, images)
}
