package cell

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/metrics/metric"
)

// Crops and flips change nothing in an image of one colour, so each run of views holds its image's
// colour; views of other images would show.
func TestViewsOfAnImageAreARun(t *testing.T) {
	set, cell := fixture.Noise(), sweep.Cell{Settings: sweep.Defaults()}
	cell.Settings.MustSetAll(map[string]any{"train.batch": 8, "augment.jitter_prob": 0.0, "augment.grayscale": 0.0, "augment.blur": 0.0})
	for i := range set.Train.Pixels {
		set.Train.Pixels[i] = uint8(5 * (i / 48))
	}
	b, err := newBatches(set, &cell)
	if err != nil {
		t.Fatal(err)
	}
	first := func(images []float32) (backbone, embedding []float32, err error) {
		for at := 0; at < len(images); at += 48 {
			backbone, embedding = append(backbone, images[at]), append(embedding, images[at+1], images[at+2])
		}
		return backbone, embedding, nil
	}
	v, err := b.viewed(t.Context(), 100, first)
	if err != nil || v.Features.Rows != 400 || v.Embeddings.Rows != 400 || v.Embeddings.Cols != 2 || v.PerImage != 10 {
		t.Fatalf("%d features, %d embeddings, %v", v.Features.Rows, v.Embeddings.Rows, err)
	}
	for row := range 400 {
		want := (float64(5*(row/10))/255 - 0.5) / 0.3
		if got := float64(v.Features.Row(row)[0]); !(math.Abs(got-want) <= 1e-5) {
			t.Fatalf("row %d is %v, want %v of image %d", row, got, want, row/10)
		}
	}
}

// Both branches' keys of a reference row hold the same numbers, and what there is to warn of is
// said once.
func TestReferenceRowsWarnOnce(t *testing.T) {
	set := fixture.Noise()
	set.Probe.Pixels, set.Probe.Labels, set.Probe.Fine = set.Probe.Pixels[:12*48], set.Probe.Labels[:12], set.Probe.Fine[:12]
	set.Train = set.Probe
	r := &Run{job: &Job{Cell: sweep.Cell{Settings: sweep.Defaults()}}, set: set}
	r.job.Cell.Settings.MustSet("train.batch", 8)
	var err error
	if r.batches, err = newBatches(set, &r.job.Cell); err != nil {
		t.Fatal(err)
	}
	o, err := r.row(t.Context(), func(images []float32) ([]float32, []float32, error) { return images, nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	const text = "k-NN: only 12 training rows vote instead of 20"
	want := []metric.Warning{{Metric: "knn20_t0.07@backbone.teacher", Text: text}, {Metric: "knn20_t0.07_fine@backbone.teacher", Text: text}}
	if d := cmp.Diff(want, o.warnings); d != "" {
		t.Error(d)
	}
	if len(o.metrics) != 8 || o.metrics["linear@backbone.student"] != o.metrics["linear@backbone.teacher"] {
		t.Errorf("%v", o.metrics)
	}
}

func TestObserversWarnUnderTheirNames(t *testing.T) {
	c, of := newCollector(), newCollector()
	of.put("dead", metric.Result{Undefined: "nothing"})
	of.put("nmi", metric.Result{Warnings: []metric.Warning{{Metric: "nmi", Text: "few"}}})
	c.adopt("observer.joint.", of)
	if d := cmp.Diff([]metric.Warning{{Metric: "observer.joint.nmi", Text: "few"}}, c.warnings); d != "" || c.undefined["observer.joint.dead"] != "nothing" || len(c.metrics) != 0 {
		t.Errorf("%+v", c)
	}
}
